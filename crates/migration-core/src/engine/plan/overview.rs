//! What is applied and what would run, with nothing written.

use std::collections::{BTreeMap, BTreeSet};

use super::pending::{Lateness, Pending, Plan, plan};
use crate::{
    Config, Late, Migration, Migrations, Mode, Problem, Unknown,
    engine::ledger::read::{Ledger, Row},
};

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

pub(crate) fn compare(sets: &[Migrations], ledger: &Ledger, config: &Config) -> Overview {
    let problems = plan(sets, ledger, config).with_half_undone(sets, ledger).problems;
    // Late and missing ones are listed as what they are, whatever a run would say to them.
    let lenient = Config {
        late: Late::Allow,
        unknown: Unknown::Allow,
        ..config.clone()
    };
    let lenient = plan(sets, ledger, &lenient);
    let found = Found::of(ledger, &lenient, &problems);
    let mut items = Vec::new();
    for set in sets {
        for migration in &set.items {
            items.push(Item {
                component: set.component.clone(),
                version: migration.version.to_string(),
                file: migration.filename.clone(),
                state: found.state(set, migration),
                mode: Some(migration.up.mode.clone()),
                reversible: migration.down.is_some(),
            });
        }
        let known: BTreeSet<_> = set.items.iter().map(|item| &item.filename).collect();
        let of_set = ledger.rows.iter().filter(|row| row.component == set.component);
        let missing = of_set.filter(|row| !known.contains(&row.filename));
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

/// Component and file.
type Name<'f> = (&'f str, &'f str);

/// What is known of migrations, by their names.
struct Found<'f> {
    pending: BTreeMap<Name<'f>, &'f Pending<'f>>,
    skipped: BTreeMap<Name<'f>, &'f str>,
    rows: BTreeMap<Name<'f>, &'f Row>,
    /// Paths of files that are not what they were.
    edited: BTreeSet<&'f str>,
    /// Down scripts that ended half-way, by their paths: the steps that ran, and of how many.
    half_undone: BTreeMap<&'f str, (usize, usize)>,
}

impl<'f> Found<'f> {
    fn of(ledger: &'f Ledger, plan: &'f Plan<'f>, problems: &'f [Problem]) -> Self {
        let pending = plan.pending.iter();
        let skipped = plan.skipped.iter();
        let rows = ledger.rows.iter();
        Self {
            pending: pending
                .map(|one| ((one.component, one.migration.filename.as_str()), one))
                .collect(),
            skipped: skipped
                .map(|one| ((one.component.as_str(), one.file.as_str()), one.why.as_str()))
                .collect(),
            rows: rows
                .map(|row| ((row.component.as_str(), row.filename.as_str()), row))
                .collect(),
            edited: problems
                .iter()
                .filter_map(|problem| match problem {
                    Problem::Edited { path, .. } => Some(path.as_str()),
                    _ => None,
                })
                .collect(),
            half_undone: problems
                .iter()
                .filter_map(|problem| match problem {
                    Problem::HalfUndone { path, done, of, .. } => Some((path.as_str(), (*done, *of))),
                    _ => None,
                })
                .collect(),
        }
    }

    fn state(&self, set: &Migrations, migration: &Migration) -> State {
        let name = (set.component.as_str(), migration.filename.as_str());
        if let Some(pending) = self.pending.get(&name) {
            return match (&pending.unfinished, pending.lateness) {
                (Some(unfinished), _) => State::Interrupted {
                    done: unfinished.steps_done,
                    of: migration.up.statements.len(),
                },
                (None, Lateness::Late) => State::Late,
                (None, Lateness::InOrder) => State::Pending,
            };
        }
        if let Some(why) = self.skipped.get(&name) {
            return State::Skipped {
                why: (*why).to_owned(),
            };
        }
        let down = migration
            .down
            .as_ref()
            .map(|down| down.file.display().to_string());
        if let Some(&(done, of)) = down.as_deref().and_then(|path| self.half_undone.get(path)) {
            return State::Interrupted { done, of };
        }
        let row = self.rows.get(&name);
        let (at, by) = row
            .map(|row| (row.applied_at.clone(), row.applied_by.clone()))
            .unwrap_or_default();
        if self
            .edited
            .contains(migration.up.file.display().to_string().as_str())
        {
            State::Edited { at }
        } else {
            State::Applied { at, by }
        }
    }
}
