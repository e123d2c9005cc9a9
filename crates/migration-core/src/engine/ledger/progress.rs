//! The statements that keep the steps of a migration on record, which runs without a transaction.

use crate::{Direction, LedgerTable, Script, engine::config::literal, hex::hex};

/// The row of one migration in the table of steps.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ProgressRow<'m> {
    pub(crate) ledger: &'m LedgerTable,
    pub(crate) component: &'m str,
    pub(crate) filename: &'m str,
}

impl ProgressRow<'_> {
    /// Makes the row, unless an earlier run has left it.
    pub(crate) fn begin(&self, direction: Direction, script: &Script) -> String {
        format!(
            "INSERT INTO {} (component, filename, direction, checksum, steps_total, steps_done, started_by) \
             VALUES ({}, {}, '{}', {}, {}, 0, session_user) ON CONFLICT (component, filename) DO NOTHING",
            self.ledger.progress(),
            literal(self.component),
            literal(self.filename),
            direction.as_str(),
            literal(&hex(&script.checksum)),
            script.statements.len()
        )
    }

    /// So many steps are done, and none is running.
    pub(crate) fn done(&self, steps: usize) -> String {
        self.update(&format!("steps_done = {steps}, running = NULL, note = ''"))
    }

    /// A step is about to run outside a transaction; the note is what was known of the database before.
    pub(crate) fn intend(&self, index: usize, note: &str) -> String {
        self.update(&format!("running = {index}, note = {}", literal(note)))
    }

    /// The step that was about to run had no effect. Its note stays: what a failed build left behind is found by it.
    pub(crate) fn forget_intent(&self) -> String {
        self.update("running = NULL")
    }

    /// Removes the row.
    pub(crate) fn delete(&self) -> String {
        format!(
            "DELETE FROM {} WHERE {}",
            self.ledger.progress(),
            self.condition()
        )
    }

    fn update(&self, what: &str) -> String {
        format!(
            "UPDATE {} SET {what} WHERE {}",
            self.ledger.progress(),
            self.condition()
        )
    }

    fn condition(&self) -> String {
        format!(
            "component = {} AND filename = {}",
            literal(self.component),
            literal(self.filename)
        )
    }
}
