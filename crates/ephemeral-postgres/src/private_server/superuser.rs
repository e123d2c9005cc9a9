//! The superuser of every private server, and how to connect as it.

use sqlx::{
    ConnectOptions,
    postgres::{PgConnectOptions, PgSslMode},
};

/// Its name: `INITDB_FLAGS` name the same.
pub(crate) const SUPERUSER: &str = "postgres";

/// Options for a connection to the maintenance database, without an address. Not encrypted, since most addresses are sockets, and not
/// logged.
pub(crate) fn options() -> PgConnectOptions {
    PgConnectOptions::new_without_pgpass()
        .username(SUPERUSER)
        .database("postgres")
        .ssl_mode(PgSslMode::Disable)
        .disable_statement_logging()
}
