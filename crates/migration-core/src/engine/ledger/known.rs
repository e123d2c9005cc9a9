//! The ledger as a run knows it: as it was read under the lock, with what the run itself wrote since.
//!
//! A run that lost the lock and takes it again compares this with the ledger: a difference was written by another runner.

use std::collections::BTreeMap;

use super::read::{Ledger, Unfinished};
use crate::{Migration, hex::hex};

/// What the ledger says, as far as it decides what runs.
#[derive(Debug, Default)]
pub(crate) struct Known {
    /// The checksums of applied migrations, by component and file.
    rows: BTreeMap<(String, String), String>,
    /// Migrations without a transaction that began and have not ended, by component and file.
    unfinished: BTreeMap<(String, String), Unfinished>,
}

impl Known {
    pub(crate) fn of(ledger: &Ledger) -> Self {
        let rows = ledger.rows.iter();
        let unfinished = ledger.unfinished.iter();
        Self {
            rows: rows
                .map(|row| (key(&row.component, &row.filename), row.checksum.clone()))
                .collect(),
            unfinished: unfinished
                .map(|row| (key(&row.component, &row.filename), row.clone()))
                .collect(),
        }
    }

    /// Whether the ledger says this and nothing else.
    pub(crate) fn is(&self, ledger: &Ledger) -> bool {
        let found = Self::of(ledger);
        self.rows == found.rows && self.unfinished == found.unfinished
    }

    /// A migration has a row with the checksum of its file.
    pub(crate) fn applied(&mut self, component: &str, migration: &Migration) {
        let checksum = hex(&migration.up.checksum);
        self.rows.insert(key(component, &migration.filename), checksum);
    }

    /// A migration has no row any more.
    pub(crate) fn undone(&mut self, component: &str, filename: &str) {
        self.rows.remove(&key(component, filename));
    }

    /// A migration began, unless an earlier run has begun it.
    pub(crate) fn began(&mut self, row: Unfinished) {
        let key = key(&row.component, &row.filename);
        self.unfinished.entry(key).or_insert(row);
    }

    /// The row of a migration that began changed.
    pub(crate) fn changed(&mut self, component: &str, filename: &str, change: impl FnOnce(&mut Unfinished)) {
        if let Some(row) = self.unfinished.get_mut(&key(component, filename)) {
            change(row);
        }
    }

    /// A migration that began has ended.
    pub(crate) fn ended(&mut self, component: &str, filename: &str) {
        self.unfinished.remove(&key(component, filename));
    }
}

fn key(component: &str, filename: &str) -> (String, String) {
    (component.to_owned(), filename.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Direction, engine::ledger::read::Row};

    fn ledger(files: &[&str], steps: Option<usize>) -> Ledger {
        let row = |file: &&str| Row {
            component: "app".into(),
            filename: (*file).to_owned(),
            ..Row::default()
        };
        let unfinished = |steps_done| Unfinished {
            component: "app".into(),
            filename: "9.sql".into(),
            direction: Direction::Up,
            checksum: String::new(),
            steps_done,
            running: None,
            note: String::new(),
        };
        Ledger {
            rows: files.iter().map(row).collect(),
            unfinished: steps.map(unfinished).into_iter().collect(),
            ..Ledger::default()
        }
    }

    #[test]
    fn what_the_run_wrote_itself_is_no_difference() {
        let mut known = Known::of(&ledger(&["1.sql", "2.sql"], None));
        known.undone("app", "2.sql");
        let began = ledger(&[], Some(0)).unfinished.remove(0);
        known.began(began.clone());
        known.changed("app", "9.sql", |row| row.steps_done = 1);
        known.began(began);
        assert!(known.is(&ledger(&["1.sql"], Some(1))));
        for other in [
            ledger(&["1.sql"], Some(2)),
            ledger(&["1.sql"], None),
            ledger(&[], Some(1)),
            ledger(&["1.sql", "2.sql"], Some(1)),
        ] {
            assert!(!known.is(&other), "{other:?}");
        }
        known.ended("app", "9.sql");
        assert!(known.is(&ledger(&["1.sql"], None)));
    }
}
