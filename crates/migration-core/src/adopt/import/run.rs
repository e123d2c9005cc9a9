//! Adopting a database: our ledger is written from the other tool's, which is read and left alone.
//!
//! Out of scope: comparing schemas, which the caller does between the plan and this. It refuses where the other ledger is not what it
//! was at the time of the plan.

use sqlx::{PgConnection, postgres::PgConnectOptions};

use super::{
    plan::{AdoptPlan, plan},
    rows::{audit, rows},
};
use crate::{
    AdoptProblem, Config, Error, Migrations, Progress,
    adopt::{commit::commit, locks::begin_holding, look_up::ForeignLedger, refuse::refuse},
    engine::{
        apply::mark,
        connection::{deadline::in_time, session},
        ledger::{schema, tables::Table},
        progress::Listener,
    },
};

/// Writes our ledger from the other tool's, in one transaction, with neither tool nor another runner at work meanwhile. Each
/// migration gets a row and an entry `adopted` in the audit.
///
/// The plan is the one that was shown: when the other ledger has changed since, nothing is written.
///
/// # Errors
/// [`Error::Unadoptable`] for every problem of the plan and for a ledger that changed, [`Error::Locked`] when the other tool is at
/// work for longer than [`Config::lock_wait`].
pub async fn adopt(
    options: &PgConnectOptions,
    set: &Migrations,
    source: &ForeignLedger,
    shown: &AdoptPlan,
    config: &Config,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<AdoptPlan, Error> {
    refuse(&shown.problems)?;
    let mut connection = session::connect(options, config).await?;
    let ended = on_connection(&mut connection, set, source, shown, config, progress).await;
    session::close(connection).await;
    ended
}

async fn on_connection(
    connection: &mut PgConnection,
    set: &Migrations,
    source: &ForeignLedger,
    shown: &AdoptPlan,
    config: &Config,
    progress: &mut Listener<'_>,
) -> Result<AdoptPlan, Error> {
    begin_holding(connection, &shown.locks, shown.table.as_ref(), config, progress).await?;
    let now = plan(connection, set, source, config);
    let now = in_time(config, "compare the ledgers", now).await?;
    refuse(&now.problems)?;
    if now != *shown {
        return Err(Error::Unadoptable {
            problems: vec![AdoptProblem::Changed { tool: source.tool }],
        });
    }
    let missing = schema::look(connection, &config.ledger);
    let missing = in_time(config, "look for the ledger", missing).await?;
    let mut statements = missing.make(&Table::ALL, &config.ledger);
    statements.extend(rows(set, &now, config));
    statements.extend(audit(set, &now, config));
    if now.applied().next().is_none() && mark::is_named(config) {
        statements.extend(mark::entry(config));
    }
    statements.push("COMMIT".to_owned());
    let written = commit(connection, &statements, "write the ledger", &config.ledger);
    in_time(config, "write the ledger", written).await?;
    Ok(now)
}
