//! Connections to the databases of a run.

use diagnostic::Diagnostic;
use sqlx::{Connection, PgConnection, postgres::PgConnectOptions};

use crate::{exit::Exit, failure::Failure};

/// A connection to a database of this run.
pub(crate) async fn connect_to(options: &PgConnectOptions) -> Result<PgConnection, Failure> {
    PgConnection::connect_with(options).await.map_err(|error| {
        let mut diagnostic =
            Diagnostic::new("postgres/gone", "cannot connect to the fresh database any more");
        diagnostic.causes.push(error.to_string());
        Failure::new(Exit::Readiness, diagnostic)
    })
}

/// Closes the connection. That the server does not answer any more changes nothing.
pub(crate) async fn close(connection: PgConnection) {
    let _ = connection.close().await;
}
