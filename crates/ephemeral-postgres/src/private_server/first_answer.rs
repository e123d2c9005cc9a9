//! Waiting for a server that was just started: it is ready when it answers a query, and not before.

use std::time::{Duration, Instant};

use sqlx::{Connection, Executor, PgConnection, Row, postgres::PgConnectOptions};

use crate::Error;

/// Between two attempts. A local server takes some 40 ms to start.
const PAUSE: Duration = Duration::from_millis(2);

/// How many lines of a log an error repeats.
pub(crate) const LINES_OF_LOG: usize = 8;

/// Connects until the server answers at one of the addresses. Returns that address and the server's version.
///
/// `has_ended` says whether the server's process is known to be gone, `log` gives the last lines of its log.
///
/// # Errors
/// [`Error::Ended`] when the process is gone, [`Error::Silent`] with the last attempt's error after `timeout`.
pub(crate) async fn first_answer<F: Future<Output = bool>>(
    addresses: &[PgConnectOptions],
    timeout: Duration,
    has_ended: impl Fn() -> F,
    log: impl Fn() -> String,
) -> Result<(PgConnectOptions, String), Error> {
    let started = Instant::now();
    for options in addresses.iter().cycle() {
        let last = match version(options).await {
            Ok(version) => return Ok((options.clone(), version)),
            Err(error) => error,
        };
        if has_ended().await {
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
    // Of `15.18 (Debian 15.18-0+deb12u1)` only the first word.
    Ok(version.split(' ').next().unwrap_or_default().to_owned())
}
