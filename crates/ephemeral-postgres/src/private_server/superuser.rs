//! The superuser of every private server, and how to connect as it.

use sqlx::{
    ConnectOptions,
    postgres::{PgConnectOptions, PgSslMode},
};

/// Its name: `INITDB_FLAGS` name the same.
pub(crate) const SUPERUSER: &str = "postgres";

/// Options for a connection to the maintenance database, without an address. Not encrypted, since most addresses are sockets, and not
/// logged. The driver reads `PGPASSWORD`, `PGSSLCERT` and their like from the environment: they are for another server, and what is
/// made of these options is printed.
pub(crate) fn options() -> PgConnectOptions {
    PgConnectOptions::new_without_pgpass()
        .username(SUPERUSER)
        .password("")
        .database("postgres")
        .ssl_mode(PgSslMode::Disable)
        .disable_statement_logging()
}
