//! What would run, and what stands in the way: a function of the folders, the ledger and the configuration.

use std::collections::{BTreeMap, BTreeSet};

use super::problem::Ahead;
use crate::{
    ApplyReport, Config, Direction, Error, Late, Migration, Migrations, NearMiss, Omitted, Problem,
    Protection, Unknown, Version,
    engine::ledger::read::{Ledger, Row, Unfinished},
    hex::hex,
};

/// What would run.
#[derive(Debug, Default)]
pub(crate) struct Plan<'m> {
    pub(crate) pending: Vec<Pending<'m>>,
    pub(crate) already: usize,
    pub(crate) skipped: Vec<Omitted>,
    /// Applied migrations in which only comments or line ends changed.
    pub(crate) restamp: Vec<(&'m str, &'m Migration)>,
    pub(crate) problems: Vec<Problem>,
    pub(crate) total: usize,
}

/// A migration that would run.
#[derive(Debug, Clone)]
pub(crate) struct Pending<'m> {
    pub(crate) component: &'m str,
    pub(crate) migration: &'m Migration,
    pub(crate) lateness: Lateness,
    pub(crate) unfinished: Option<Unfinished>,
}

/// Whether a migration runs after a higher one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lateness {
    InOrder,
    Late,
}

impl Plan<'_> {
    /// The plan, unless folder and ledger are not fit to run together.
    ///
    /// # Errors
    /// [`Error::Unfit`].
    pub(crate) fn fit(self) -> Result<Self, Error> {
        if self.problems.is_empty() {
            Ok(self)
        } else {
            Err(Error::Unfit {
                problems: self.problems,
            })
        }
    }

    /// With what stands in the way of applying and not of undoing.
    pub(crate) fn with_half_undone(mut self, sets: &[Migrations], ledger: &Ledger) -> Self {
        self.problems.extend(half_undone(sets, ledger));
        self
    }

    /// The report of a run that finds nothing to do.
    pub(crate) fn report(&self) -> ApplyReport {
        ApplyReport {
            total: self.total,
            already: self.already,
            skipped: self.skipped.clone(),
            ..ApplyReport::default()
        }
    }

    pub(crate) fn has_work(&self) -> bool {
        !self.pending.is_empty() || !self.restamp.is_empty()
    }
}

/// The rows of one component by their names, in the order of these.
type Rows<'r> = BTreeMap<&'r str, &'r Row>;

/// Brings folders and ledger together.
pub(crate) fn plan<'m>(sets: &'m [Migrations], ledger: &Ledger, config: &Config) -> Plan<'m> {
    let mut plan = Plan::default();
    plan.problems.extend(other_environment(ledger, config));
    for set in sets {
        component(set, ledger, config, &mut plan);
    }
    plan
}

fn component<'m>(set: &'m Migrations, ledger: &Ledger, config: &Config, plan: &mut Plan<'m>) {
    let of_set = ledger.rows.iter().filter(|row| row.component == set.component);
    let rows: Rows<'_> = of_set.map(|row| (row.filename.as_str(), row)).collect();
    // By place in the folder's own order, which need not be that of the versions.
    let highest = set
        .items
        .iter()
        .rposition(|item| is_versioned(item) && row_of(&rows, item).is_some());
    plan.skipped.extend(set.skipped.iter().map(|skipped| Omitted {
        component: set.component.clone(),
        file: skipped.file.display().to_string(),
        why: skipped.why.clone(),
    }));
    for (place, migration) in set.items.iter().enumerate() {
        plan.total += 1;
        let row = row_of(&rows, migration);
        if let Some(row) = row
            && !needs_another_run(migration, row)
        {
            plan.already += 1;
            compare(set, migration, row, plan);
            continue;
        }
        if let Some(why) = config.environment.excludes(migration.only.as_deref()) {
            let (component, file) = (set.component.clone(), migration.filename.clone());
            plan.skipped.push(Omitted { component, file, why });
            continue;
        }
        plan.problems.extend(near_misses(&migration.near_misses, config));
        let late = highest
            .filter(|&highest| is_versioned(migration) && highest > place)
            .map(|highest| &set.items[highest]);
        if let (Some(highest), Late::Refuse) = (late, config.late) {
            plan.problems.push(Problem::Late {
                file: migration.filename.clone(),
                path: migration.up.file.display().to_string(),
                after: highest.filename.clone(),
                at: row_of(&rows, highest)
                    .map(|row| row.applied_at.clone())
                    .unwrap_or_default(),
            });
        }
        let unfinished = unfinished(set, migration, ledger, plan);
        let lateness = if late.is_some() {
            Lateness::Late
        } else {
            Lateness::InOrder
        };
        plan.pending.push(Pending {
            component: &set.component,
            migration,
            lateness,
            unfinished,
        });
    }
    if config.unknown != Unknown::Allow {
        missing(set, &rows, config.unknown, plan);
    }
}

fn row_of<'r>(rows: &Rows<'r>, migration: &Migration) -> Option<&'r Row> {
    rows.get(migration.filename.as_str()).copied()
}

fn is_versioned(migration: &Migration) -> bool {
    !matches!(migration.version, Version::Repeatable(_))
}

/// A repeatable migration runs again when its text changed.
fn needs_another_run(migration: &Migration, row: &Row) -> bool {
    !is_versioned(migration) && hex(&migration.up.neutral_checksum) != row.neutral_checksum
}

fn compare<'m>(set: &'m Migrations, migration: &'m Migration, row: &Row, plan: &mut Plan<'m>) {
    let on_disk = hex(&migration.up.checksum);
    if on_disk == row.checksum {
        return;
    }
    if hex(&migration.up.neutral_checksum) == row.neutral_checksum {
        plan.restamp.push((&set.component, migration));
        return;
    }
    plan.problems.push(Problem::Edited {
        file: migration.filename.clone(),
        path: migration.up.file.display().to_string(),
        applied: row.checksum.clone(),
        on_disk,
        at: row.applied_at.clone(),
        by: row.applied_by.clone(),
    });
}

fn unfinished(
    set: &Migrations,
    migration: &Migration,
    ledger: &Ledger,
    plan: &mut Plan<'_>,
) -> Option<Unfinished> {
    let found = ledger.unfinished(&set.component, &migration.filename, Direction::Up)?;
    plan.problems
        .extend(found.edited(&migration.filename, &migration.up));
    Some(found.clone())
}

/// Migrations whose down scripts ended half-way.
pub(crate) fn half_undone(sets: &[Migrations], ledger: &Ledger) -> Vec<Problem> {
    let downs = ledger
        .unfinished
        .iter()
        .filter(|row| row.direction == Direction::Down);
    let problem = |row: &Unfinished| {
        let down = find(sets, &row.component, &row.filename)?.down.as_ref()?;
        Some(Problem::HalfUndone {
            file: row.filename.clone(),
            path: down.file.display().to_string(),
            done: row.steps_done,
            of: down.statements.len(),
        })
    };
    downs.filter_map(problem).collect()
}

/// The migration that the ledger calls so.
pub(crate) fn find<'m>(sets: &'m [Migrations], component: &str, filename: &str) -> Option<&'m Migration> {
    let mut items = sets
        .iter()
        .filter(|set| set.component == component)
        .flat_map(|set| &set.items);
    items.find(|migration| migration.filename == filename)
}

fn missing(set: &Migrations, rows: &Rows<'_>, unknown: Unknown, plan: &mut Plan<'_>) {
    let newest = set.items.iter().rfind(|item| is_versioned(item));
    let known: BTreeSet<_> = set.items.iter().map(|item| item.filename.as_str()).collect();
    for row in rows.values().filter(|row| !known.contains(row.filename.as_str())) {
        let is_newer = newest.is_none_or(|newest| match Version::number(&row.version) {
            Some(version) if matches!(newest.version, Version::Number { .. }) => version > newest.version,
            _ => Version::Text(row.version.clone()) > newest.version,
        });
        if is_newer && unknown == Unknown::AllowNewer {
            continue;
        }
        plan.problems.push(Problem::Missing {
            component: set.component.clone(),
            file: row.filename.clone(),
            folder: set.dir.display().to_string(),
            at: row.applied_at.clone(),
            ahead: if is_newer { Ahead::Yes } else { Ahead::No },
        });
    }
}

/// What may have been meant to keep a migration out of a protected environment keeps it out.
pub(crate) fn near_misses(misses: &[NearMiss], config: &Config) -> Vec<Problem> {
    if config.environment.protection != Protection::Protected {
        return Vec::new();
    }
    let problem = |miss: &NearMiss| Problem::NearMiss {
        place: Box::new(miss.place.clone()),
        what: miss.what.clone(),
        nearest: miss.nearest.clone(),
        environment: config.environment.name.clone(),
    };
    misses.iter().map(problem).collect()
}

/// What is on record as protected stays so, whatever a later run calls it.
pub(crate) fn other_environment(ledger: &Ledger, config: &Config) -> Option<Problem> {
    if config.environment.protection == Protection::Protected {
        return None;
    }
    let recorded = ledger.protected()?;
    Some(Problem::OtherEnvironment {
        recorded: recorded.to_owned(),
        given: config.environment.name.clone(),
    })
}
