//! Waiting for a server that was just started: it is ready when it answers a query, and not before.

use std::time::{Duration, Instant};

use sqlx::{Connection, Executor, PgConnection, Row, postgres::PgConnectOptions};

use crate::Error;

/// Between two questions whether the server answers: a local one takes some 40 ms.
const PAUSE: Duration = Duration::from_millis(2);

/// How much of a log a failure repeats.
pub(crate) const LINES_OF_LOG: usize = 8;

/// Whether the server's process is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ended {
    /// It is, or nobody can tell.
    No,
    /// It is not.
    Yes,
}

/// Asks until the server answers under one of the addresses. Gives that one and the server's version.
pub(crate) async fn wait<F: Future<Output = Ended>>(
    addresses: &[PgConnectOptions],
    timeout: Duration,
    ended: impl Fn() -> F,
    log: impl Fn() -> String,
) -> Result<(PgConnectOptions, String), Error> {
    let started = Instant::now();
    for options in addresses.iter().cycle() {
        let last = match version(options).await {
            Ok(version) => return Ok((options.clone(), version)),
            Err(error) => error,
        };
        if ended().await == Ended::Yes {
            return Err(Error::Ended { log: log() });
        }
        if started.elapsed() > timeout {
            let seconds = timeout.as_secs();
            return Err(Error::Silent {
                seconds,
                log: log(),
                source: last,
            });
        }
        tokio::time::sleep(PAUSE).await;
    }
    unreachable!("there is at least one address")
}

async fn version(options: &PgConnectOptions) -> Result<String, sqlx::Error> {
    let mut connection = PgConnection::connect_with(options).await?;
    let row = connection.fetch_one("SHOW server_version").await?;
    let version: String = row.try_get(0)?;
    connection.close().await?;
    // `15.18 (Debian 15.18-0+deb12u1)`: the package is nobody's business here.
    Ok(version.split(' ').next().unwrap_or_default().to_owned())
}
