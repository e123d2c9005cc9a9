//! `-- COMMAND`: somebody's own program against the fresh database.

use std::{ffi::OsString, os::unix::process::ExitStatusExt, process};

use diagnostic::RedactedUrl;
use ephemeral_postgres::Provider;

use super::problem::ProofProblem;
use crate::{
    config::{hide_the_runner, session_options},
    error::Error,
    running::Running,
};

/// Variables of libpq that lead to another server, or set something there.
const OF_ANOTHER_SERVER: [&str; 24] = [
    "PGHOST",
    "PGHOSTADDR",
    "PGPORT",
    "PGUSER",
    "PGDATABASE",
    "PGPASSWORD",
    "PGPASSFILE",
    "PGSERVICE",
    "PGSERVICEFILE",
    "PGOPTIONS",
    "PGSSLMODE",
    "PGSSLNEGOTIATION",
    "PGSSLCERT",
    "PGSSLKEY",
    "PGSSLROOTCERT",
    "PGREQUIRESSL",
    "PGREQUIREAUTH",
    "PGGSSENCMODE",
    "PGCHANNELBINDING",
    "PGTARGETSESSIONATTRS",
    "PGCLIENTENCODING",
    "PGTZ",
    "PGDATESTYLE",
    "PGGEQO",
];

/// Runs it with `DATABASE_URL` set and answers with its exit code; as shells do, 128 and the signal's number where a
/// signal ended it.
pub(super) async fn run(
    command: &[OsString],
    database: &RedactedUrl,
    provider: Provider,
) -> Result<u8, Error> {
    let Some((program, arguments)) = command.split_first() else {
        return Ok(0);
    };
    let mut child = process::Command::new(program);
    child
        .args(arguments)
        .env("DATABASE_URL", database.expose().as_str());
    if provider != Provider::Server {
        for name in OF_ANOTHER_SERVER {
            child.env_remove(name);
        }
    } else if let Some(given) = session_options::given() {
        child.env(session_options::PGOPTIONS, given);
    }
    hide_the_runner(&mut child);
    let mut running = Running::start(child).map_err(|source| ProofProblem::CommandNotRun {
        program: program.to_string_lossy().into_owned(),
        source,
    })?;
    let status = running
        .wait()
        .await
        .map_err(|error| Error::system("cannot wait for the command", error))?;
    let by_signal = status.signal().map(|signal| 128 + signal);
    Ok(status
        .code()
        .or(by_signal)
        .and_then(|code| u8::try_from(code).ok())
        .unwrap_or(1))
}
