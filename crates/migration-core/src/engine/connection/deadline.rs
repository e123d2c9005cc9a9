//! The end of every wait for a server that does not answer: the driver sets none.

use std::{io, time::Duration};

use tokio::time::timeout;

use crate::{Config, Error};

/// How long saying good-bye may take. It makes no difference to anybody who waits for this program.
pub(crate) const CLOSE_TIMEOUT: Duration = Duration::from_secs(2);

/// Questions of the runner's own, each of which the server answers at once.
///
/// # Errors
/// Those of the work, and [`Error::NoAnswer`] after [`Config::answer_timeout`]. The connection is of no use after that.
pub(crate) async fn in_time<T>(
    config: &Config,
    what: &str,
    work: impl Future<Output = Result<T, Error>>,
) -> Result<T, Error> {
    in_limit(config.answer_timeout, what, work).await
}

/// The same with a limit of its own.
pub(crate) async fn in_limit<T>(
    limit: Duration,
    what: &str,
    work: impl Future<Output = Result<T, Error>>,
) -> Result<T, Error> {
    timeout(limit, work).await.unwrap_or_else(|_| {
        Err(Error::NoAnswer {
            what: what.to_owned(),
            waited: limit,
        })
    })
}

/// The driver's error for something that took too long.
pub(crate) fn too_late(what: &str, waited: Duration) -> sqlx::Error {
    let text = format!("no {what} within {} s", waited.as_secs_f32());
    sqlx::Error::Io(io::Error::new(io::ErrorKind::TimedOut, text))
}
