//! `-- COMMAND`: somebody's own program against the fresh database.

use std::ffi::OsString;

use diagnostic::RedactedUrl;
use tokio::process::Command;

use super::problem::ProofProblem;
use crate::{config::hide_the_runner, error::Error};

/// Runs it with `DATABASE_URL` set and answers with its exit code; as shells do, 128 and the signal's number where a
/// signal ended it.
pub(super) async fn run(command: &[OsString], database: &RedactedUrl) -> Result<u8, Error> {
    let Some((program, arguments)) = command.split_first() else {
        return Ok(0);
    };
    let mut child = Command::new(program);
    child
        .args(arguments)
        .env("DATABASE_URL", database.expose().as_str())
        .kill_on_drop(true);
    hide_the_runner(child.as_std_mut());
    let status = child
        .status()
        .await
        .map_err(|source| ProofProblem::CommandNotRun {
            program: program.to_string_lossy().into_owned(),
            source,
        })?;
    let by_signal = std::os::unix::process::ExitStatusExt::signal(&status).map(|signal| 128 + signal);
    Ok(status
        .code()
        .or(by_signal)
        .and_then(|code| u8::try_from(code).ok())
        .unwrap_or(1))
}
