//! `ci`: what has to hold before a change is merged, in the order of how quickly it fails.

use std::process::ExitCode;

use anyhow::Context as _;
use xshell::{Shell, cmd};

/// Stops at the first command that fails.
pub(crate) fn run() -> anyhow::Result<ExitCode> {
    checks().map(|()| ExitCode::SUCCESS)
}

fn checks() -> anyhow::Result<()> {
    let shell = Shell::new().context("cannot find the current folder")?;
    let this = std::env::current_exe().context("cannot find the running program")?;
    cmd!(shell, "cargo fmt --all --check")
        .run()
        .context("the code is not formatted: run `cargo fmt --all`")?;
    cmd!(
        shell,
        "cargo clippy --workspace --all-targets --locked -- --deny warnings"
    )
    .run()
    .context("lints")?;
    cmd!(shell, "{this} db-fresh")
        .run()
        .context("the database cannot be built from nothing")?;
    cmd!(shell, "cargo test --workspace --locked")
        .run()
        .context("tests failed")
}
