//! What exporting our ledger to another tool would write.
//!
//! Out of scope: rows about migrations that the folder does not have. They stay as they are.

use sqlx::{PgConnection, postgres::PgConnectOptions};

use super::entry::refuses;
use crate::{
    AdoptProblem, AdoptState, Config, Error, Late, LedgerTable, Migration, Migrations, Problem, Tool,
    adopt::{
        checksums::Width,
        compare::compare,
        look_up::{ForeignLedger, Found, look},
        tools::lock_keys,
    },
    engine::{
        connection::{deadline::in_time, session},
        plan::pending::plan as fitness,
    },
};

/// What exporting would write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportPlan {
    /// Whose ledger it is.
    pub tool: Tool,
    /// Where it is, or will be.
    pub table: LedgerTable,
    /// Whether it has to be made.
    pub creates: bool,
    /// Migrations that it does not call applied and will, by the names of our ledger.
    pub add: Vec<String>,
    /// Migrations that it calls applied and that were undone since.
    pub remove: Vec<String>,
    /// Migrations whose checksum is written again.
    pub change: Vec<String>,
    /// What stands in the way.
    pub problems: Vec<AdoptProblem>,
    /// The keys of the advisory locks that the tool may take.
    pub(crate) locks: Vec<i64>,
    /// How wide its versions are, where there is a choice.
    pub(crate) width: Width,
    /// The last migration that is applied, for tools that keep only that.
    pub(crate) mark: Option<String>,
}

impl ExportPlan {
    /// Whether there is nothing to write.
    pub fn is_empty(&self) -> bool {
        !self.creates && self.add.is_empty() && self.remove.is_empty() && self.change.is_empty()
    }
}

/// Says what [`export`] would write. Takes no lock and writes nothing.
///
/// # Errors
/// [`Error::Connect`], [`Error::Server`], and [`Error::Unfit`] where our ledger does not fit the folder.
pub async fn export_plan(
    options: &PgConnectOptions,
    set: &Migrations,
    target: &ForeignLedger,
    config: &Config,
) -> Result<ExportPlan, Error> {
    let mut connection = session::connect(options, config).await?;
    let plan = plan(&mut connection, set, target, config);
    let plan = in_time(config, "compare the ledgers", plan).await;
    session::close(connection).await;
    plan
}

pub(super) async fn plan(
    connection: &mut PgConnection,
    set: &Migrations,
    target: &ForeignLedger,
    config: &Config,
) -> Result<ExportPlan, Error> {
    let found = look(connection, target, config).await?;
    fits(set, &found, config)?;
    let tool = target.tool;
    let default = tool.default_ledger();
    let mut problems = Vec::new();
    let (table, creates) = match &found.place {
        Ok(table) => (table.clone(), false),
        Err(AdoptProblem::NoLedger { .. }) => (target.table.clone().unwrap_or(default), true),
        Err(problem) => {
            problems.push(problem.clone());
            (default, true)
        }
    };
    if table == config.ledger {
        let why = format!("`{table}` is our own ledger");
        problems.push(AdoptProblem::NotExpressible { tool, why });
    } else if creates && problems.is_empty() && found.tables.contains(&table) {
        let why = format!("`{table}` is a table of something else");
        problems.push(AdoptProblem::NotExpressible { tool, why });
    }
    let width = match found.rows.first() {
        Some(row) if row.kind == "bigint" => Width::Eight,
        _ => Width::Four,
    };
    let applied = applied(set, &found);
    let names: Vec<_> = applied
        .iter()
        .map(|migration| migration.filename.as_str())
        .collect();
    if let Some(why) = refuses(set, tool, &names, width) {
        problems.push(AdoptProblem::NotExpressible { tool, why });
    }
    let mut plan = ExportPlan {
        tool,
        creates,
        add: Vec::new(),
        remove: Vec::new(),
        change: Vec::new(),
        problems,
        locks: lock_keys(tool, &found.database, &table),
        width,
        mark: names.last().map(ToString::to_string),
        table,
    };
    differences(set, &found, &names, &mut plan);
    if plan.creates && plan.add.is_empty() && plan.problems.is_empty() {
        plan.problems.push(AdoptProblem::NothingApplied { tool });
    }
    Ok(plan)
}

/// Our ledger has to fit the folder: what is written is taken from the files.
fn fits(set: &Migrations, found: &Found, config: &Config) -> Result<(), Error> {
    let config = Config {
        late: Late::Allow,
        ..config.clone()
    };
    let sets = [set.clone()];
    let problems: Vec<Problem> = fitness(&sets, &found.ours, &config).problems;
    if problems.is_empty() {
        Ok(())
    } else {
        Err(Error::Unfit { problems })
    }
}

fn applied<'m>(set: &'m Migrations, found: &Found) -> Vec<&'m Migration> {
    let is_applied = |migration: &&Migration| {
        found
            .ours
            .rows
            .iter()
            .any(|row| row.component == set.component && row.filename == migration.filename)
    };
    set.items.iter().filter(is_applied).collect()
}

fn differences(set: &Migrations, found: &Found, applied: &[&str], plan: &mut ExportPlan) {
    let (items, problems) = compare(set, plan.tool, &found.rows);
    for item in items {
        let ours = applied.contains(&item.file.as_str());
        let theirs = matches!(item.state, AdoptState::Applied { .. });
        let edited = problems
            .iter()
            .any(|problem| matches!(problem, AdoptProblem::Edited { file, .. } if *file == item.file));
        match (ours, theirs) {
            (true, false) if edited => plan.change.push(item.file),
            (true, false) => plan.add.push(item.file),
            (false, true) => plan.remove.push(item.file),
            _ => {}
        }
    }
}
