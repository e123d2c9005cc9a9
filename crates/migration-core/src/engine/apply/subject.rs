//! The migration that a message belongs to, for what is said when the message fails.

use super::aftermath::{Aftermath, StepCount};
use crate::{
    Direction, Error, Migration, Migrations, Script,
    engine::{
        connection::{server::is_lost, silence::Silence},
        ledger::read::Ledger,
        plan::pending::Pending,
    },
    hex::hex,
};

/// The migration that a message belongs to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Subject<'m> {
    pub(crate) component: &'m str,
    pub(crate) migration: &'m Migration,
    pub(crate) script: &'m Script,
    pub(crate) aftermath: Aftermath,
    /// All folders of the run.
    pub(crate) sets: &'m [Migrations],
    /// What runs after it, where it is applied.
    pub(crate) later: &'m [Pending<'m>],
}

impl<'m> Subject<'m> {
    /// The first of these migrations, on its way up.
    pub(crate) fn applied(
        first: &'m Pending<'m>,
        later: &'m [Pending<'m>],
        sets: &'m [Migrations],
        finished_before: usize,
    ) -> Self {
        Self {
            component: first.component,
            migration: first.migration,
            script: &first.migration.up,
            aftermath: Aftermath {
                direction: Direction::Up,
                steps: None,
                finished_before,
            },
            sets,
            later,
        }
    }

    /// What the ledger calls it.
    pub(crate) fn file(&self) -> &'m str {
        &self.migration.filename
    }

    /// The same when so many of its steps are on record as done.
    pub(crate) fn at_step(mut self, done: usize) -> Self {
        let of = self.script.statements.len();
        self.aftermath.steps = Some(StepCount { done, of });
        self
    }

    /// The error of a connection that was lost meanwhile.
    pub(crate) fn lost(&self, source: sqlx::Error) -> Error {
        Error::Lost {
            file: self.file().to_owned(),
            aftermath: self.aftermath,
            source,
        }
    }

    /// The error of an answer that did not come. The ledger, where it could be read, says which of the migrations in question are done.
    pub(crate) fn outcome_unknown(mut self, silence: Silence, ledger: Option<&Ledger>) -> Error {
        let mut recorded = None;
        if let Some(ledger) = ledger {
            let mut later = self.later.iter();
            while self.is_in(ledger) && self.aftermath.direction == Direction::Up {
                let Some(next) = later.next() else { break };
                self.aftermath.finished_before += 1;
                self.component = next.component;
                self.migration = next.migration;
            }
            recorded = Some(self.is_in(ledger) == (self.aftermath.direction == Direction::Up));
            let left = ledger.unfinished(self.component, self.file(), self.aftermath.direction);
            if let (Some(steps), Some(left)) = (&mut self.aftermath.steps, left) {
                steps.done = left.steps_done;
            }
        }
        Error::OutcomeUnknown {
            file: self.file().to_owned(),
            aftermath: self.aftermath,
            silence,
            recorded,
        }
    }

    /// Whether the ledger has its row.
    fn is_in(&self, ledger: &Ledger) -> bool {
        let checksum = hex(&self.migration.up.checksum);
        ledger.rows.iter().any(|row| {
            row.component == self.component && row.filename == self.file() && row.checksum == checksum
        })
    }

    /// The error of a question that was asked meanwhile: a lost connection is one of the migration's.
    pub(crate) fn or_lost(&self, error: Error) -> Error {
        match error {
            Error::NoAnswer { .. } => self.outcome_unknown(Silence::Server, None),
            Error::Server { source, .. } if is_lost(&source) => self.lost(source),
            other => other,
        }
    }
}
