//! A failure on its way to the person: its diagnostics and the exit code it leads to.
//!
//! Which error of which crate leads to which exit code is decided here and nowhere else.

use std::fmt;

use diagnostic::{Diagnostic, Explain};

use crate::{exit::Exit, hints};

/// What stopped a command.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) exit: Exit,
    pub(crate) diagnostics: Vec<Diagnostic>,
}

impl Failure {
    pub(crate) fn new(exit: Exit, diagnostic: Diagnostic) -> Self {
        Self {
            exit,
            diagnostics: vec![diagnostic],
        }
    }

    /// Something of the system's that no other error describes: exit code 1.
    pub(crate) fn other(what: impl Into<String>, error: &dyn std::error::Error) -> Self {
        let mut diagnostic = Diagnostic::new("db-fresh/failed", what);
        diagnostic.causes.push(error.to_string());
        Self::new(Exit::Other, diagnostic)
    }

    /// Several failures as one, with the exit code of the first; none for none.
    pub(crate) fn all(failures: Vec<Self>) -> Option<Self> {
        let mut failures = failures.into_iter();
        let mut first = failures.next()?;
        first
            .diagnostics
            .extend(failures.flat_map(|failure| failure.diagnostics));
        Some(first)
    }

    /// This failure and another one, with the exit code of this one.
    pub(crate) fn and(mut self, other: Self) -> Self {
        self.diagnostics.extend(other.diagnostics);
        self
    }

    fn of(exit: Exit, diagnostics: Vec<Diagnostic>) -> Self {
        Self { exit, diagnostics }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sentences: Vec<_> = self.diagnostics.iter().map(|d| d.what.as_str()).collect();
        f.write_str(&sentences.join("; "))
    }
}

impl std::error::Error for Failure {}

impl From<ephemeral_postgres::Error> for Failure {
    fn from(error: ephemeral_postgres::Error) -> Self {
        Self::of(
            if error.is_missing() {
                Exit::NotInstalled
            } else {
                Exit::Readiness
            },
            hints::server(&error),
        )
    }
}

impl From<readiness::Error> for Failure {
    fn from(error: readiness::Error) -> Self {
        Self::of(Exit::Readiness, hints::readiness(&error))
    }
}

/// A prefix or a word that was typed wrongly is wrong usage; a Redis that did not do it is not ready.
impl From<readiness::RedisError> for Failure {
    fn from(error: readiness::RedisError) -> Self {
        use readiness::RedisError::{BadPrefix, NotConfirmed};
        let exit = match error {
            BadPrefix(_) | NotConfirmed { .. } => Exit::Usage,
            _ => Exit::Readiness,
        };
        Self::of(exit, error.diagnostics())
    }
}

/// Where nothing but programs is missing, that is what a script wants to know: exit code 127.
impl From<preflight::Error> for Failure {
    fn from(error: preflight::Error) -> Self {
        let is_program =
            |failure: &preflight::Failure| matches!(failure, preflight::Failure::MissingProgram { .. });
        let exit = match &error {
            preflight::Error::Refused { failures } if failures.iter().all(is_program) => Exit::NotInstalled,
            _ => Exit::Preflight,
        };
        Self::of(exit, hints::preflight(&error))
    }
}

impl From<migration_core::Error> for Failure {
    fn from(error: migration_core::Error) -> Self {
        // A database that cannot be reached is no matter of its migrations.
        let exit = match error {
            migration_core::Error::Connect(_) => Exit::Readiness,
            _ => Exit::Migration,
        };
        Self::of(exit, hints::migration(&error))
    }
}

impl From<migration_core::FolderProblems> for Failure {
    fn from(problems: migration_core::FolderProblems) -> Self {
        Self::of(Exit::Migration, hints::folder(&problems))
    }
}

impl From<schema_contract::Error> for Failure {
    fn from(error: schema_contract::Error) -> Self {
        Self::of(Exit::Contract, hints::contract(&error))
    }
}

impl From<seeding::Error> for Failure {
    fn from(error: seeding::Error) -> Self {
        Self::of(Exit::Seeding, hints::seeding(&error))
    }
}
