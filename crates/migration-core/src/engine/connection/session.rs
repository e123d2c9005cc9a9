//! The one connection of a run, and the state that every migration begins with.

use std::time::Duration;

use rand::RngExt;
use sqlx::{ConnectOptions, Connection, PgConnection, postgres::PgConnectOptions};
use tokio::time::timeout;

use super::{
    deadline::{CLOSE_TIMEOUT, too_late},
    session_defaults::SessionDefaults,
    tls_relay,
};
use crate::{Config, Error};

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
        // The driver would ask for more digits than anybody else.
        .extra_float_digits(None)
        .disable_statement_logging()
}

/// Closes the connection. A server that does not answer any more makes no difference.
pub(crate) async fn close(connection: PgConnection) {
    let _ = timeout(CLOSE_TIMEOUT, connection.close()).await;
}

/// Statements that begin what the runner does on a session: the settings are those of a new one, whatever was set before, but for what
/// would end a long migration half-way or let the server wait for a runner that is gone (`client_connection_check_interval`, from
/// version 14 on, as everything this project supports).
///
/// The statements of a message are one transaction until one of them ends it, and that began with the characteristics of before: read
/// only, or of another isolation level. So an empty transaction ends it, before anything takes a snapshot.
pub(crate) fn reset(config: &Config) -> Vec<String> {
    let mut statements = settings_of_a_new_session();
    statements.extend(settings(config));
    statements.push(format!("SELECT {CHECKS_CLIENT}"));
    statements
}

/// Statements after which the session is as a new one, but for locks of the session.
pub(crate) fn as_new() -> Vec<String> {
    let role = ["RESET SESSION AUTHORIZATION", "RESET ROLE"];
    let objects = [
        "CLOSE ALL",
        "DEALLOCATE ALL",
        "UNLISTEN *",
        "DISCARD SEQUENCES",
        "DISCARD TEMP",
    ];
    let mut statements: Vec<_> = role.map(ToOwned::to_owned).into();
    statements.extend(settings_of_a_new_session());
    statements.extend(objects.map(ToOwned::to_owned));
    statements
}

/// Statements that make the session one in which a file finds what a deployment of it alone would find.
///
/// Locks of the session are not among what goes: those of files are given back with the next check of our own.
pub(crate) fn renew(defaults: &SessionDefaults, config: &Config) -> Vec<String> {
    let mut statements = as_new();
    statements.extend(defaults.statements());
    statements.extend(settings(config));
    // The random numbers of a new session are other ones each time.
    let seed: f64 = rand::rng().random_range(-1.0..1.0);
    statements.push(format!("SELECT pg_catalog.setseed({seed}), {CHECKS_CLIENT}"));
    statements
}

/// The same where no file can have left anything but settings.
pub(crate) fn begin(defaults: &SessionDefaults, config: &Config) -> Vec<String> {
    let mut statements = settings_of_a_new_session();
    statements.extend(defaults.statements());
    statements.extend(settings(config));
    statements.push(format!("SELECT {CHECKS_CLIENT}"));
    statements
}

fn settings_of_a_new_session() -> Vec<String> {
    ["RESET ALL", "BEGIN", "COMMIT"].map(ToOwned::to_owned).into()
}

fn settings(config: &Config) -> [String; 4] {
    [
        format!("SET lock_timeout = {}", millis(config.lock_timeout)),
        "SET statement_timeout = 0".into(),
        "SET idle_in_transaction_session_timeout = 0".into(),
        "SET client_min_messages = warning".into(),
    ]
}

/// Lets the server look whether the runner is there. Servers on systems without the means for it refuse to set it.
const CHECKS_CLIENT: &str = "CASE WHEN pg_catalog.version() OPERATOR(pg_catalog.~~) '%linux%' \
    THEN pg_catalog.set_config('client_connection_check_interval', '500', false) END";

/// Gives a transaction the rights that the session began with, up to its end; what a file chose for the session stays chosen.
pub(crate) const AS_OURSELVES: [&str; 2] = [
    "SET LOCAL session_authorization TO DEFAULT",
    "SET LOCAL role TO DEFAULT",
];

/// Begins a transaction of the runner's own. It reads what is committed when it reads, and not what was when it began to wait for a
/// lock, whatever the role's default is.
pub(crate) const BEGIN: &str = "BEGIN ISOLATION LEVEL READ COMMITTED";

fn millis(duration: Duration) -> u128 {
    duration.as_millis()
}
