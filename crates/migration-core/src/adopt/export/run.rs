//! Exporting: another tool's ledger is written from ours, so that the tool goes on where we stopped.

use sqlx::{PgConnection, postgres::PgConnectOptions};

use super::{
    plan::{ExportPlan, plan},
    rows::statements,
};
use crate::{
    Config, Error, Migrations, Progress,
    adopt::{commit::commit, locks::begin_holding, look_up::ForeignLedger, refuse::refuse},
    engine::{
        connection::{deadline::in_time, session},
        progress::Listener,
    },
};

/// Writes the other tool's ledger from ours, in one transaction, with neither tool nor another runner at work meanwhile.
///
/// # Errors
/// As [`export_plan`], [`Error::Unadoptable`] where the tool's ledger cannot say what ours says, and [`Error::Locked`].
pub async fn export(
    options: &PgConnectOptions,
    set: &Migrations,
    target: &ForeignLedger,
    config: &Config,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<ExportPlan, Error> {
    let mut connection = session::connect(options, config).await?;
    let ended = on_connection(&mut connection, set, target, config, progress).await;
    session::close(connection).await;
    ended
}

async fn on_connection(
    connection: &mut PgConnection,
    set: &Migrations,
    target: &ForeignLedger,
    config: &Config,
    progress: &mut Listener<'_>,
) -> Result<ExportPlan, Error> {
    let seen = plan(connection, set, target, config);
    let seen = in_time(config, "compare the ledgers", seen).await?;
    refuse(&seen.problems)?;
    let table = (!seen.creates).then_some(&seen.table);
    begin_holding(connection, &seen.locks, table, config, progress).await?;
    let plan = plan(connection, set, target, config);
    let plan = in_time(config, "compare the ledgers", plan).await?;
    refuse(&plan.problems)?;
    let mut sql = statements(set, &plan, config);
    sql.push("COMMIT".into());
    let what = format!("write `{}`", plan.table);
    let written = commit(connection, &sql, &what, &config.ledger);
    in_time(config, &what, written).await?;
    Ok(plan)
}
