//! Connections to the databases of a run.

use sqlx::{Connection, PgConnection, postgres::PgConnectOptions};

use super::problem::SchemaProblem;
use crate::error::Error;

/// A connection to a database of this run.
pub(crate) async fn connect_to(options: &PgConnectOptions) -> Result<PgConnection, Error> {
    let connected = PgConnection::connect_with(options).await;
    Ok(connected.map_err(SchemaProblem::Gone)?)
}

/// Closes the connection. That the server does not answer any more changes nothing.
pub(crate) async fn close(connection: PgConnection) {
    let _ = connection.close().await;
}
