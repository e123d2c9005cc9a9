//! Connections to the databases of a run.

use std::time::Duration;

use sqlx::{Connection, PgConnection, postgres::PgConnectOptions};

use tokio::time::timeout;

use super::problem::SchemaProblem;
use crate::{deadline, error::Error};

/// How long saying good-bye may take.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(2);

/// A connection to a database of this run.
pub(crate) async fn connect_to(options: &PgConnectOptions) -> Result<PgConnection, Error> {
    let connected = deadline::connect(options, deadline::ANSWER).await;
    Ok(connected.map_err(SchemaProblem::Gone)?)
}

/// Closes the connection. That the server does not answer any more changes nothing.
pub(crate) async fn close(connection: PgConnection) {
    let _ = timeout(CLOSE_TIMEOUT, connection.close()).await;
}
