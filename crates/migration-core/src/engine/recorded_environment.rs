//! What the ledger says about the environment of its database, for callers that work there without running a migration.

use sqlx::postgres::PgConnectOptions;

use crate::{
    Config, Environment, Error, Problem,
    engine::{
        connection::{deadline::in_time, session},
        ledger::read,
    },
};

/// The protected environment that this database serves, by the ledger of [`Config::ledger`]; nothing where the ledger says of no
/// environment that it is protected, is not there, or where only another tool has one. Writes nothing.
///
/// # Errors
/// [`Error::Connect`] and [`Error::Server`].
pub async fn protected_environment(
    options: &PgConnectOptions,
    config: &Config,
) -> Result<Option<String>, Error> {
    // A run that is protected by itself would not ask the audit.
    let config = Config {
        environment: Environment::default(),
        ..config.clone()
    };
    let mut connection = session::connect(options, &config).await?;
    let ledger = in_time(&config, "read the ledger", read::read(&mut connection, &config)).await;
    session::close(connection).await;
    match ledger {
        Ok(ledger) => Ok(ledger.protected().map(ToOwned::to_owned)),
        Err(Error::Unfit { problems }) if problems.iter().all(is_of_another_tool) => Ok(None),
        Err(error) => Err(error),
    }
}

fn is_of_another_tool(problem: &Problem) -> bool {
    matches!(problem, Problem::ForeignLedger { .. })
}
