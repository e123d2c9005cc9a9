//! What adopting a database would do, without writing anything.

use sqlx::{PgConnection, postgres::PgConnectOptions};

use crate::{
    AdoptItem, AdoptProblem, AdoptState, Config, Error, LedgerTable, Migrations, Tool,
    adopt::{
        adopted_ledgers::fills_schema,
        compare::compare,
        locks::at_work,
        look_up::{ForeignLedger, look},
        tools::lock_keys,
    },
    engine::{
        connection::{deadline::in_time, session},
        plan::pending::other_environment,
    },
};

/// What adopting would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdoptPlan {
    /// Whose ledger it is.
    pub tool: Tool,
    /// Where it is; nothing where it was not found.
    pub table: Option<LedgerTable>,
    /// Whether its schema is there for it alone.
    pub fills_schema: bool,
    /// The keys of the advisory locks that the tool may take, by the way it was started; none where it takes none.
    pub locks: Vec<i64>,
    /// The component that the migrations belong to.
    pub component: String,
    /// Every migration of the folder, in its order.
    pub items: Vec<AdoptItem>,
    /// What stands in the way.
    pub problems: Vec<AdoptProblem>,
}

impl AdoptPlan {
    /// The migrations that are applied, by the names of our ledger.
    pub fn applied(&self) -> impl Iterator<Item = &str> {
        self.items
            .iter()
            .filter(|item| matches!(item.state, AdoptState::Applied { .. }))
            .map(|item| item.file.as_str())
    }
}

/// Reads the other tool's ledger and compares it with the folder. Takes no lock and writes nothing.
///
/// # Errors
/// [`Error::Connect`] and [`Error::Server`]; [`Error::Unfit`] where our ledger is that of a protected environment and the run says that
/// it is open. What else stands in the way is part of the plan.
pub async fn adopt_plan(
    options: &PgConnectOptions,
    set: &Migrations,
    source: &ForeignLedger,
    config: &Config,
) -> Result<AdoptPlan, Error> {
    let mut connection = session::connect(options, config).await?;
    let plan = plan(&mut connection, set, source, config);
    let plan = in_time(config, "compare the ledgers", plan).await;
    session::close(connection).await;
    plan
}

pub(crate) async fn plan(
    connection: &mut PgConnection,
    set: &Migrations,
    source: &ForeignLedger,
    config: &Config,
) -> Result<AdoptPlan, Error> {
    let found = look(connection, source, config).await?;
    if let Some(problem) = other_environment(&found.ours, config) {
        let problems = vec![problem];
        return Err(Error::Unfit { problems });
    }
    let tool = source.tool;
    let mut plan = AdoptPlan {
        tool,
        table: None,
        fills_schema: false,
        locks: Vec::new(),
        component: set.component.clone(),
        items: Vec::new(),
        problems: Vec::new(),
    };
    let rows = found
        .ours
        .rows
        .iter()
        .filter(|row| row.component == set.component)
        .count();
    if rows > 0 {
        plan.problems.push(AdoptProblem::Already {
            component: set.component.clone(),
            rows,
        });
    }
    if found.is_taken {
        plan.problems.push(AdoptProblem::PlaceTaken {
            table: config.ledger.clone(),
        });
    }
    match found.place {
        Ok(table) => {
            let (mut items, problems) = compare(set, tool, &found.rows);
            leave_out(&mut items, set, config);
            plan.items = items;
            plan.locks = lock_keys(tool, &found.database, &table);
            let problems = tell_failed_from_running(connection, problems, &plan.locks).await?;
            plan.problems.extend(problems);
            plan.fills_schema = fills_schema(connection, &table).await?;
            plan.table = Some(table);
        }
        Err(problem) => plan.problems.push(problem),
    }
    Ok(plan)
}

/// The other tool knows nothing of environments. What may not run in this one is not called applied, whatever its ledger says.
fn leave_out(items: &mut [AdoptItem], set: &Migrations, config: &Config) {
    for (item, migration) in items.iter_mut().zip(&set.items) {
        let is_applied = matches!(item.state, AdoptState::Applied { .. });
        let why = config.environment.excludes(migration.only.as_deref());
        if let Some(why) = why.filter(|_| is_applied) {
            item.state = AdoptState::LeftOut { why };
        }
    }
}

/// A migration that the tool is in the middle of stands in its ledger as one that failed.
async fn tell_failed_from_running(
    connection: &mut PgConnection,
    mut problems: Vec<AdoptProblem>,
    locks: &[i64],
) -> Result<Vec<AdoptProblem>, Error> {
    let is_failure = |problem: &AdoptProblem| matches!(problem, AdoptProblem::Failed { .. });
    if !problems.iter().any(is_failure) {
        return Ok(problems);
    }
    let Some(holder) = at_work(connection, locks).await? else {
        return Ok(problems);
    };
    for problem in &mut problems {
        if let AdoptProblem::Failed { tool, name } = problem {
            *problem = AdoptProblem::AtWork {
                tool: *tool,
                name: name.clone(),
                holder: holder.to_string(),
            };
        }
    }
    Ok(problems)
}
