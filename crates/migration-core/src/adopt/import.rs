//! Taking over a database that another tool migrated.
//!
//! The other ledger is read and left alone. Left out on purpose: comparing schemas, which the caller does between the plan and
//! the deed; the deed refuses when the other ledger is not what it was at the time of the plan.

use sqlx::{PgConnection, postgres::PgConnectOptions};

use super::{
    adopted_ledgers::fills_schema,
    compare::compare,
    lock_key::lock_keys,
    look_up::{ForeignLedger, at_work, begin_alone, look, shown},
};
use crate::{
    AdoptItem, AdoptProblem, AdoptState, Config, Error, LedgerTable, Migration, Migrations, Mode, Progress,
    Tool,
    engine::{
        config::literal,
        connection::{server::send, session},
        ledger::{
            schema::{self, Table},
            write,
        },
        progress::Listener,
    },
    hex::hex,
};

/// What taking over would do.
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

/// Reads the other tool's ledger and holds it against the folder. Takes no lock and writes nothing.
///
/// # Errors
/// [`Error::Connect`] and [`Error::Server`]. What stands in the way is part of the plan.
pub async fn adopt_plan(
    options: &PgConnectOptions,
    set: &Migrations,
    source: &ForeignLedger,
    config: &Config,
) -> Result<AdoptPlan, Error> {
    let mut connection = session::connect(options, config).await?;
    let plan = plan(&mut connection, set, source, config).await;
    session::close(connection).await;
    plan
}

async fn plan(
    connection: &mut PgConnection,
    set: &Migrations,
    source: &ForeignLedger,
    config: &Config,
) -> Result<AdoptPlan, Error> {
    let found = look(connection, source, config).await?;
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
            table: shown(&config.ledger),
        });
    }
    match found.place {
        Ok(table) => {
            let (items, problems) = compare(set, tool, &found.rows);
            plan.items = items;
            plan.locks = lock_keys(tool, &found.database, &table.schema, &table.table);
            let problems = told_from_work(connection, problems, &plan.locks).await?;
            plan.problems.extend(problems);
            plan.fills_schema = fills_schema(connection, &table).await?;
            plan.table = Some(table);
        }
        Err(problem) => plan.problems.push(problem),
    }
    Ok(plan)
}

/// A migration that the tool is in the middle of stands in its ledger as one that failed.
async fn told_from_work(
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
    begin_alone(connection, &shown.locks, config, progress).await?;
    if let Some(table) = &shown.table {
        hold(connection, table).await?;
    }
    let now = plan(connection, set, source, config).await?;
    refuse(&now.problems)?;
    if now != *shown {
        return Err(Error::Unadoptable {
            problems: vec![AdoptProblem::Changed { tool: source.tool }],
        });
    }
    let missing = schema::look(connection, &config.ledger).await?;
    let mut statements = missing.make(&[Table::Rows, Table::Audit], &config.ledger);
    statements.extend([
        rows(set, &now, config),
        audit(set, &now, config),
        "COMMIT".to_owned(),
    ]);
    statements.retain(|sql| !sql.is_empty());
    send(connection, &statements.join(";\n"))
        .await
        .map_err(Error::server("write the ledger"))?;
    Ok(now)
}

/// Keeps a table as it is: tools without an advisory lock can only be stopped there.
pub(crate) async fn hold(connection: &mut PgConnection, table: &LedgerTable) -> Result<(), Error> {
    let message = format!("LOCK TABLE {} IN SHARE ROW EXCLUSIVE MODE", table.rows());
    send(connection, &message)
        .await
        .map_err(Error::server(format!("lock `{}`", shown(table))))?;
    Ok(())
}

pub(crate) fn refuse(problems: &[AdoptProblem]) -> Result<(), Error> {
    if problems.is_empty() {
        return Ok(());
    }
    Err(Error::Unadoptable {
        problems: problems.to_vec(),
    })
}

/// A migration that is taken over.
struct Taken<'m> {
    migration: &'m Migration,
    item: &'m AdoptItem,
    is_late: bool,
}

/// What is taken over, in the order in which the other tool applied it.
fn taken<'m>(set: &'m Migrations, plan: &'m AdoptPlan) -> Vec<Taken<'m>> {
    let mut all: Vec<_> = set
        .items
        .iter()
        .zip(&plan.items)
        .enumerate()
        .filter(|(_, (_, item))| matches!(item.state, AdoptState::Applied { .. }))
        .collect();
    all.sort_by_key(|(place, (_, item))| (item.rank, *place));
    let mut highest = 0;
    all.into_iter()
        .map(|(place, (migration, item))| {
            let is_late = place < highest;
            highest = highest.max(place);
            Taken {
                migration,
                item,
                is_late,
            }
        })
        .collect()
}

fn rows(set: &Migrations, plan: &AdoptPlan, config: &Config) -> String {
    let values: Vec<_> = taken(set, plan)
        .iter()
        .map(|taken| {
            let Taken {
                migration,
                item,
                is_late,
            } = taken;
            let at = match &item.state {
                AdoptState::Applied { at: Some(at), .. } => format!("{}::timestamptz", literal(at)),
                _ => "clock_timestamp()".to_owned(),
            };
            let columns = [
                literal(&set.component),
                literal(&migration.version.to_string()),
                literal(&migration.filename),
                literal(&hex(&migration.up.checksum)),
                literal(&hex(&migration.up.neutral_checksum)),
                (migration.up.mode == Mode::Transactional).to_string(),
                is_late.to_string(),
                literal(&write::environment(config)),
                write::actor(config),
                literal(&format!("{} (adopted)", plan.tool)),
                at,
                format!("interval '1 microsecond' * {}", item.micros.unwrap_or(0).max(0)),
            ];
            format!("({})", columns.join(", "))
        })
        .collect();
    if values.is_empty() {
        return String::new();
    }
    format!(
        "INSERT INTO {} (component, version, filename, checksum, neutral_checksum, transactional, late, environment, applied_by, \
         tool, applied_at, duration) VALUES {}",
        config.ledger.rows(),
        values.join(",\n")
    )
}

fn audit(set: &Migrations, plan: &AdoptPlan, config: &Config) -> String {
    let table = plan.table.as_ref().map(shown).unwrap_or_default();
    let values: Vec<_> = taken(set, plan)
        .iter()
        .map(|taken| {
            let (at, check) = match &taken.item.state {
                AdoptState::Applied { at, check } => (at.clone().unwrap_or_default(), check.word()),
                AdoptState::Pending | AdoptState::Late => (String::new(), ""),
            };
            format!(
                "('adopted', {}, {}, jsonb_build_object('from', {}, 'table', {}, 'applied_at', {}, 'check', {}), {}, {})",
                literal(&set.component),
                literal(&taken.migration.filename),
                literal(plan.tool.name()),
                literal(&table),
                literal(&at),
                literal(check),
                write::actor(config),
                literal(&config.tool)
            )
        })
        .collect();
    if values.is_empty() {
        return String::new();
    }
    format!(
        "INSERT INTO {} (action, component, filename, detail, actor, tool) VALUES {}",
        config.ledger.audit(),
        values.join(",\n")
    )
}
