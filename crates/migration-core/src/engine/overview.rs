//! What is applied and what would run, without a word written.

use sqlx::postgres::PgConnectOptions;

use super::{
    Config, Late, Problem, Unknown,
    ledger::{self, Ledger},
    plan::plan,
    session,
};
use crate::{Error, Migration, Migrations, Mode};

/// Every migration of the folders and of the ledger, and what stands in the way of a run.
#[derive(Debug, Clone)]
pub struct Overview {
    /// In the order in which they run; those that only the ledger knows come last in their component.
    pub items: Vec<Item>,
    /// What a run would be refused for.
    pub problems: Vec<Problem>,
}

/// One migration.
#[derive(Debug, Clone)]
pub struct Item {
    /// Its component.
    pub component: String,
    /// Its version.
    pub version: String,
    /// What the ledger calls it.
    pub file: String,
    /// How it stands.
    pub state: State,
    /// How it runs; nothing for one that only the ledger knows.
    pub mode: Option<Mode>,
    /// Whether it can be undone.
    pub reversible: bool,
}

/// How a migration stands.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum State {
    /// It is applied.
    Applied {
        /// When, in UTC.
        at: String,
        /// By whom.
        by: String,
    },
    /// It would run.
    Pending,
    /// It would run after a higher one.
    Late,
    /// Some of its steps ran.
    Interrupted {
        /// How many.
        done: usize,
        /// Of how many.
        of: usize,
    },
    /// It may not run in this environment.
    Skipped {
        /// Why.
        why: String,
    },
    /// It was applied and its file differs.
    Edited {
        /// When it was applied, in UTC.
        at: String,
    },
    /// It was applied and has no file.
    Missing {
        /// When it was applied, in UTC.
        at: String,
    },
}

/// Reads the ledger and compares. Takes no lock and writes nothing.
///
/// # Errors
/// [`Error::Connect`], [`Error::Server`], and [`Error::Unfit`] for the ledger of another tool.
pub async fn overview(
    options: &PgConnectOptions,
    sets: &[Migrations],
    config: &Config,
) -> Result<Overview, Error> {
    let mut connection = session::connect(options, config).await?;
    let ledger = ledger::read(&mut connection, config).await;
    session::close(connection).await;
    Ok(compare(sets, &ledger?, config))
}

fn compare(sets: &[Migrations], ledger: &Ledger, config: &Config) -> Overview {
    let problems = plan(sets, ledger, config).problems;
    // Late and missing ones are listed as what they are, whatever a run would say to them.
    let lenient = Config {
        late: Late::Allow,
        unknown: Unknown::Allow,
        ..config.clone()
    };
    let lenient = plan(sets, ledger, &lenient);
    let mut items = Vec::new();
    for set in sets {
        for migration in &set.items {
            let state = state(set, migration, ledger, &lenient, &problems);
            items.push(Item {
                component: set.component.clone(),
                version: migration.version.to_string(),
                file: migration.filename.clone(),
                state,
                mode: Some(migration.up.mode.clone()),
                reversible: migration.down.is_some(),
            });
        }
        let of_set = ledger.rows.iter().filter(|row| row.component == set.component);
        let missing = of_set.filter(|row| set.items.iter().all(|item| item.filename != row.filename));
        items.extend(missing.map(|row| Item {
            component: set.component.clone(),
            version: row.version.clone(),
            file: row.filename.clone(),
            state: State::Missing {
                at: row.applied_at.clone(),
            },
            mode: None,
            reversible: false,
        }));
    }
    Overview { items, problems }
}

fn state(
    set: &Migrations,
    migration: &Migration,
    ledger: &Ledger,
    plan: &super::plan::Plan<'_>,
    problems: &[Problem],
) -> State {
    let is_it = |component: &str, file: &str| component == set.component && file == migration.filename;
    if let Some(pending) = plan
        .pending
        .iter()
        .find(|one| is_it(one.component, &one.migration.filename))
    {
        return match (pending.unfinished, pending.lateness) {
            (Some(unfinished), _) => State::Interrupted {
                done: unfinished.steps_done,
                of: migration.up.statements.len(),
            },
            (None, super::plan::Lateness::Late) => State::Late,
            (None, super::plan::Lateness::InOrder) => State::Pending,
        };
    }
    if let Some(skipped) = plan.skipped.iter().find(|one| is_it(&one.component, &one.file)) {
        return State::Skipped {
            why: skipped.why.clone(),
        };
    }
    let row = ledger
        .rows
        .iter()
        .find(|row| is_it(&row.component, &row.filename));
    let (at, by) = row
        .map(|row| (row.applied_at.clone(), row.applied_by.clone()))
        .unwrap_or_default();
    let path = migration.up.file.display().to_string();
    let edited = problems
        .iter()
        .any(|problem| matches!(problem, Problem::Edited { path: edited, .. } if *edited == path));
    if edited {
        State::Edited { at }
    } else {
        State::Applied { at, by }
    }
}
