//! Waiting for a server that was just started: it is ready when it answers a query, and not before.

use std::{
    io::{self, ErrorKind},
    time::{Duration, Instant},
};

use sqlx::{Connection, Executor, PgConnection, Row, postgres::PgConnectOptions};

use crate::Error;

/// Between two attempts. A local server takes some 40 ms to start.
const PAUSE: Duration = Duration::from_millis(2);

/// What an attempt gets when the time is almost over.
const SHORTEST_ATTEMPT: Duration = Duration::from_millis(100);

/// How many lines of a log an error repeats.
pub(crate) const LINES_OF_LOG: usize = 8;

/// Connects until the server answers at one of the addresses. Returns that address and the server's version. The server has `timeout`
/// from `started` on.
///
/// `has_ended` says whether the server's process is known to be gone, `log` gives the last lines of its log.
///
/// # Errors
/// [`Error::Ended`] when the process is gone, [`Error::Silent`] with the last attempt's error after `timeout`.
pub(crate) async fn first_answer<F: Future<Output = bool>>(
    addresses: &[PgConnectOptions],
    started: Instant,
    timeout: Duration,
    has_ended: impl Fn() -> F,
    log: impl Fn() -> String,
) -> Result<(PgConnectOptions, String), Error> {
    for options in addresses.iter().cycle() {
        // One attempt at least, and none that is longer than the whole wait: a port may accept connections before the server does.
        let left = timeout.saturating_sub(started.elapsed()).max(SHORTEST_ATTEMPT);
        let last = match tokio::time::timeout(left, version(options)).await {
            Ok(Ok(version)) => return Ok((options.clone(), version)),
            Ok(Err(error)) => error,
            Err(_) => sqlx::Error::Io(io::Error::new(ErrorKind::TimedOut, "connected, and no answer")),
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

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    #[tokio::test]
    async fn a_port_that_accepts_connections_and_never_answers_ends_the_wait_in_time() {
        let silent = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = silent.local_addr().unwrap().port();
        let addresses = [PgConnectOptions::new_without_pgpass()
            .host("127.0.0.1")
            .port(port)];
        let timeout = Duration::from_millis(200);
        let answer = first_answer(
            &addresses,
            Instant::now(),
            timeout,
            async || false,
            || "starting up".into(),
        );
        let answer = tokio::time::timeout(Duration::from_secs(20), answer).await;
        let error = answer.expect("it ends").unwrap_err();
        assert!(
            matches!(&error, Error::Silent { log, source, .. }
                if log == "starting up" && source.to_string().contains("no answer")),
            "{error:?}"
        );
    }
}
