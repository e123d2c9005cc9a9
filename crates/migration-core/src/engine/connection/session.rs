//! The one connection of a run, and the state that every migration begins with.

use std::time::Duration;

use sqlx::{ConnectOptions, Connection, PgConnection, postgres::PgConnectOptions};
use tokio::time::timeout;

use super::{
    deadline::{CLOSE_TIMEOUT, too_late},
    tls_relay,
};
use crate::{Config, Error, engine::sql::LIKE};

/// Connects, with a name by which another runner that waits can tell who holds the lock.
///
/// # Errors
/// [`Error::Connect`], and [`Error::Unfit`] where the ledger cannot have the name that it is to have.
pub(crate) async fn connect(options: &PgConnectOptions, config: &Config) -> Result<PgConnection, Error> {
    config.ledger.check_names()?;
    let limit = config.connect_timeout;
    match timeout(limit, tls_relay::connect(&named(options, config))).await {
        Ok(connected) => connected.map_err(Error::Connect),
        Err(_) => Err(Error::Connect(too_late("connection", limit))),
    }
}

/// The options with which connections of this tool are made.
pub(crate) fn named(options: &PgConnectOptions, config: &Config) -> PgConnectOptions {
    let name: String = config.tool.chars().take(63).collect();
    options
        .clone()
        .application_name(&name)
        .disable_statement_logging()
}

/// Closes the connection. A server that does not answer any more makes no difference.
pub(crate) async fn close(connection: PgConnection) {
    let _ = timeout(CLOSE_TIMEOUT, connection.close()).await;
}

/// The statements that put a session into the state in which every migration begins, whatever the one before it set.
///
/// An application's `statement_timeout` would end a long migration half-way; `client_connection_check_interval` lets the server
/// notice that the runner is gone (it exists from version 14 on, as everything this project supports).
///
/// The statements of a message are one transaction until one of them ends it, and that began with the characteristics of before: read
/// only, or of another isolation level. So an empty transaction ends it.
pub(crate) fn reset(config: &Config) -> [String; 8] {
    [
        "RESET ALL".into(),
        format!("SET lock_timeout = {}", millis(config.lock_timeout)),
        "SET statement_timeout = 0".into(),
        "SET idle_in_transaction_session_timeout = 0".into(),
        // Servers on systems without the means for it refuse to set it.
        format!(
            "SELECT pg_catalog.set_config('client_connection_check_interval', '500', false) \
             WHERE pg_catalog.version() {LIKE} '%linux%'"
        ),
        "SET client_min_messages = warning".into(),
        "BEGIN".into(),
        "COMMIT".into(),
    ]
}

/// Begins a transaction of the runner's own. It reads what is committed when it reads, and not what was when it began to wait for a
/// lock, whatever the role's default is.
pub(crate) const BEGIN: &str = "BEGIN ISOLATION LEVEL READ COMMITTED";

fn millis(duration: Duration) -> u128 {
    duration.as_millis()
}
