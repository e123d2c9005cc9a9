//! Why a run that lost its lock could not go on.

use std::time::Duration;

use crate::Holder;

/// Why a run that lost its lock could not go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LockLoss {
    /// The ledger is not what it was: another runner wrote it before the lock was taken again.
    Changed,
    /// Another runner has the lock.
    Held {
        /// How long it was waited for.
        waited: Duration,
        /// Who has it, where the server shows it.
        holder: Option<Holder>,
    },
    /// It is lost again each time that it is taken.
    Again,
}

impl LockLoss {
    /// What happened after a file gave the lock away, as a sentence; without a file the session lost it before the first.
    pub(crate) fn sentence(&self, file: Option<&str>) -> String {
        let first = file.map_or_else(
            || "the session lost the lock".to_owned(),
            |file| format!("`{file}` gave the lock away"),
        );
        let second = match self {
            Self::Changed => "another runner wrote the ledger before it was taken again".into(),
            Self::Held { waited, .. } => {
                format!("another runner has it, for longer than {} s", waited.as_secs())
            }
            Self::Again => "it is lost again each time that it is taken".into(),
        };
        format!("{first}, and {second}")
    }

    /// What may help.
    pub(crate) fn hints(file: Option<&str>) -> Vec<String> {
        let cause = match file {
            Some(_) => {
                "`pg_advisory_unlock_all()`, `pg_advisory_unlock(…)` and `DISCARD ALL` give the lock away: leave them out of migrations, functions that they call included"
            }
            None => {
                "a pooler that gives each message another session cannot keep a lock: connect to the server itself, or in session mode"
            }
        };
        vec![
            "run it again: it goes on with what the ledger says now".into(),
            cause.into(),
        ]
    }
}
