//! The mark of a protected environment on a database that does not have it yet.

use sqlx::postgres::PgConnectOptions;

use crate::{
    Config, Error, Protection,
    engine::{
        connection::{
            executor::Executor,
            server::{is_lost, sqlstate},
        },
        ledger::{audit, check::Checked, read::Ledger, schema::Missing, tables::Table},
    },
};

/// Whether a run says of the environment what the ledger does not know: that it is protected, and its name.
pub(crate) fn is_due(ledger: &Ledger, config: &Config) -> bool {
    is_named(config) && ledger.protected().is_none()
}

/// Whether a run says of the environment that it is protected, and its name.
pub(crate) fn is_named(config: &Config) -> bool {
    let environment = &config.environment;
    environment.protection == Protection::Protected && !environment.name.is_empty()
}

/// The entry of the audit that is the mark.
pub(crate) fn entry(config: &Config) -> Checked {
    let detail = "a run said that the environment is protected";
    audit::noted("protected", "", "", detail, config)
}

/// Writes it into the audit, under the lock, before anything else: whatever becomes of the run, no later one can call the environment
/// open. The ledger of an earlier version may lack an audit that nothing can make any more: the first row has the mark then.
pub(crate) async fn write(
    executor: &mut Executor<'_>,
    missing: &mut Missing,
    config: &Config,
) -> Result<(), Error> {
    match executor.make(missing, &Table::ALL, "").await {
        Err(Error::Server { source, .. }) if !missing.has(Table::Rows) && !is_lost(&source) => {
            if missing.has(Table::Audit) {
                return Ok(());
            }
        }
        ended => ended?,
    }
    executor.write("write the audit", "", &entry(config)).await
}

/// The same for a run that has nothing else to do. A role that may only read leaves no mark.
pub(crate) async fn write_alone(
    executor: &mut Executor<'_>,
    options: &PgConnectOptions,
    seen: &Ledger,
    config: &Config,
) -> Result<(), Error> {
    let ledger = executor.take_lock(options, &seen.missing).await?;
    if !is_due(&ledger, config) {
        return Ok(());
    }
    match write(executor, &mut ledger.missing.clone(), config).await {
        // 42501: no right to write; 25006: a transaction that may only read.
        Err(Error::Server { source, .. }) if matches!(sqlstate(&source), Some("42501" | "25006")) => Ok(()),
        ended => ended,
    }
}
