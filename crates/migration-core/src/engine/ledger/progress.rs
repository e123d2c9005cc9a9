//! The statements that keep the steps of a migration on record, which runs without a transaction.

use super::check::{Checked, only_rows, rows};
use crate::{
    Direction, LedgerTable, Script,
    engine::{
        config::literal,
        sql::{EQ, PLUS},
    },
    hex::hex,
};

/// The row of one migration in the table of steps.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ProgressRow<'m> {
    pub(crate) ledger: &'m LedgerTable,
    pub(crate) component: &'m str,
    pub(crate) filename: &'m str,
}

impl ProgressRow<'_> {
    /// Makes the row, unless an earlier run has left it with so many steps done.
    pub(crate) fn begin(&self, direction: Direction, script: &Script, done: usize) -> Checked {
        let checksum = literal(&hex(&script.checksum));
        let direction = direction.as_str();
        let statement = format!(
            "INSERT INTO {} (component, filename, direction, checksum, steps_total, steps_done, started_by) \
             VALUES ({}, {}, '{direction}', {checksum}, {}, 0, session_user) ON CONFLICT (component, filename) DO NOTHING",
            self.ledger.progress(),
            literal(self.component),
            literal(self.filename),
            script.statements.len()
        );
        let is_it =
            format!("direction {EQ} '{direction}' AND checksum {EQ} {checksum} AND steps_done {EQ} {done}");
        let condition = format!("{} AND {is_it}", self.condition());
        [statement, rows(&self.ledger.progress(), 1, &condition)]
    }

    /// One more step is done, which makes so many, and none is running. Where another runner did the step as well and has recorded it,
    /// the count is another one: what this one did is undone with its transaction.
    pub(crate) fn done(&self, steps: usize) -> Checked {
        [
            self.update(&format!(
                "steps_done = steps_done {PLUS} 1, running = NULL, note = ''"
            )),
            self.says(&format!("steps_done {EQ} {steps} AND running IS NULL")),
        ]
    }

    /// A step is about to run outside a transaction; the note is what was known of the database before.
    pub(crate) fn intend(&self, index: usize, note: &str) -> Checked {
        let note = literal(note);
        [
            self.update(&format!("running = {index}, note = {note}")),
            self.says(&format!("running {EQ} {index} AND note {EQ} {note}")),
        ]
    }

    /// The step that was about to run had no effect. Its note stays: what a failed build left behind is found by it.
    pub(crate) fn forget_intent(&self) -> Checked {
        [self.update("running = NULL"), self.says("running IS NULL")]
    }

    /// Removes the row.
    pub(crate) fn delete(&self) -> Checked {
        let table = self.ledger.progress();
        let condition = self.condition();
        [
            format!("DELETE FROM {table} WHERE {condition}"),
            only_rows(&table, 0, &condition),
        ]
    }

    fn update(&self, what: &str) -> String {
        format!(
            "UPDATE {} SET {what} WHERE {}",
            self.ledger.progress(),
            self.condition()
        )
    }

    /// Fails unless the row is there and says this. What the table is was checked when the row was made.
    fn says(&self, what: &str) -> String {
        let condition = format!("{} AND {what}", self.condition());
        only_rows(&self.ledger.progress(), 1, &condition)
    }

    fn condition(&self) -> String {
        format!(
            "component {EQ} {} AND filename {EQ} {}",
            literal(self.component),
            literal(self.filename)
        )
    }
}
