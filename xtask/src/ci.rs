//! `ci`: what has to hold before a change is merged, in the order of how quickly it fails.

use std::process::ExitCode;

use anyhow::{Context as _, bail};
use xshell::cmd;

use crate::shell;

/// Stops at the first command that fails.
pub(crate) fn run() -> anyhow::Result<ExitCode> {
    let shell = shell::at_root()?;
    let this = std::env::current_exe().context("cannot find the running program")?;
    let checks = [
        (
            cmd!(shell, "cargo fmt --all --check"),
            "the code is not formatted: run `cargo fmt --all`",
        ),
        (cmd!(shell, "{this} tidy"), "the code is not tidy"),
        (
            cmd!(
                shell,
                "cargo clippy --workspace --all-targets --locked -- --deny warnings"
            ),
            "clippy has found something",
        ),
        (
            // Features of one package in a build are those of all. A service has `db-fresh` without the ones of the programs.
            cmd!(
                shell,
                "cargo clippy --package db-fresh --package example-service --no-default-features --all-targets --locked -- --deny warnings"
            ),
            "clippy has found something in what a service calls",
        ),
        (
            cmd!(shell, "{this} db-fresh"),
            "the reference database cannot be built from nothing",
        ),
        (cmd!(shell, "{this} test"), "tests failed"),
        (cmd!(shell, "{this} fuzz"), "the fuzzer has found something"),
    ];
    for (command, failure) in checks {
        if !shell::succeeds(command)? {
            bail!(failure);
        }
    }
    Ok(ExitCode::SUCCESS)
}
