//! How long a server may take to answer: a command ends, whatever the server does.

use std::{io, time::Duration};

use sqlx::{PgConnection, postgres::PgConnectOptions};
use tokio::time::timeout;

/// For a connection, and for each question that a server answers at once. What takes longer is watched from a second connection, and
/// waited for while the server does it.
#[cfg(feature = "cli")]
pub(crate) const ANSWER: Duration = Duration::from_secs(30);

/// Connects within this time.
pub(crate) async fn connect(
    options: &PgConnectOptions,
    limit: Duration,
) -> Result<PgConnection, sqlx::Error> {
    use sqlx::Connection;
    timeout(limit, PgConnection::connect_with(options))
        .await
        .unwrap_or_else(|_| {
            let text = format!("no connection within {} s", limit.as_secs_f32());
            Err(sqlx::Error::Io(io::Error::new(io::ErrorKind::TimedOut, text)))
        })
}
