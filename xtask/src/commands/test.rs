//! `test`: the workspace's own tests, with nextest where it is installed.

use std::process::ExitCode;

use xshell::{Shell, cmd};

use crate::{cli::Test, failure::Failure};

/// Runs the tests and ends as they did.
pub(crate) fn run(args: &Test) -> Result<ExitCode, Failure> {
    let shell = Shell::new().map_err(anyhow::Error::from)?;
    let arguments = &args.arguments;
    let with_nextest = cmd!(shell, "cargo nextest --version")
        .quiet()
        .ignore_stdout()
        .ignore_stderr()
        .run()
        .is_ok();
    let command = if with_nextest {
        cmd!(shell, "cargo nextest run --workspace {arguments...}")
    } else {
        cmd!(shell, "cargo test --workspace {arguments...}")
    };
    // What failed has been printed by the test runner; there is nothing to add.
    Ok(if command.quiet().run().is_ok() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
