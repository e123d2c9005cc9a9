//! The connection on which guard and contracts are read.

use migration_core::Error;
use sqlx::{ConnectOptions, PgConnection};

use super::config::ServiceConfig;
use crate::deadline;

/// Connects, by the name that the runner has on the server.
///
/// # Errors
/// [`Error::Connect`]: a database that cannot be reached is the same failure here and in front of a migration.
pub(super) async fn connect(config: &ServiceConfig) -> Result<PgConnection, Error> {
    let options = config.database.clone().application_name(&config.runner.tool);
    deadline::connect(
        &options.disable_statement_logging(),
        config.runner.connect_timeout,
    )
    .await
    .map_err(Error::Connect)
}
