//! What the ledger says about the environment of its database, for callers that work there without running a migration.

use sqlx::postgres::PgConnectOptions;

use crate::{
    Config, Environment, Error, Problem,
    engine::{
        apply::mark,
        connection::{deadline::in_time, executor::Executor, session},
        ledger::read,
    },
};

/// The protected environment that this database serves, by the ledger of [`Config::ledger`] and by every other one of this library in
/// the database; nothing where none of them says of an environment that it is protected. Writes nothing.
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

/// Leaves the mark of a protected environment in the ledger of [`Config::ledger`], which is made where it is not there, unless the
/// ledger has such a mark. A run of migrations does so by itself; this is for callers that write something else.
///
/// Nothing is written where the environment is open or not named, where only another tool has a ledger, and where the role may not
/// write.
///
/// # Errors
/// [`Error::Connect`], [`Error::Server`], [`Error::Locked`], and [`Error::Unfit`] for a ledger that cannot be used.
pub async fn record_protected_environment(options: &PgConnectOptions, config: &Config) -> Result<(), Error> {
    if !mark::is_named(config) {
        return Ok(());
    }
    let connection = session::connect(options, config).await?;
    let mut executor = Executor::new(connection, config, Box::new(|_| {}));
    let ended = record(&mut executor, options, config).await;
    executor.close().await;
    match ended {
        Err(Error::Unfit { problems }) if problems.iter().all(is_of_another_tool) => Ok(()),
        ended => ended,
    }
}

async fn record(
    executor: &mut Executor<'_>,
    options: &PgConnectOptions,
    config: &Config,
) -> Result<(), Error> {
    let seen = read::read(executor.connection(), config);
    let seen = in_time(config, "read the ledger", seen).await?;
    if mark::is_due(&seen, config) {
        mark::write_alone(executor, options, &seen, config).await?;
    }
    Ok(())
}

fn is_of_another_tool(problem: &Problem) -> bool {
    matches!(problem, Problem::ForeignLedger { .. })
}
