//! Why a run did not do what it was asked to.

use std::time::Duration;

use diagnostic::{Diagnostic, Explain, Fact, Place};

use crate::{
    AdoptProblem, Aftermath, Holder, LockLoss, Problem, Silence, SqlCause, SqlFailure, Unwritten,
    engine::connection::silence::ledger_says,
};

/// Why a run did not do what it was asked to.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No connection.
    #[error("cannot connect to the database")]
    Connect(#[source] sqlx::Error),
    /// Folder and ledger are not fit to run together. Nothing was written.
    #[error("{}", sentences(.problems))]
    Unfit {
        /// All reasons.
        problems: Vec<Problem>,
    },
    /// The database cannot be taken over from another tool, or given back. Nothing was written.
    #[error("{}", sentences(.problems))]
    Unadoptable {
        /// All reasons.
        problems: Vec<AdoptProblem>,
    },
    /// Another runner did not finish in time. Nothing was written.
    #[error("another runner has the lock, for longer than {} s", .waited.as_secs())]
    Locked {
        /// How long it was waited for.
        waited: Duration,
        /// Who has it, where the server shows it.
        holder: Option<Holder>,
    },
    /// A migration gave the lock away, and the run could not go on. What ran before is applied.
    #[error("{}", .loss.sentence(.file.as_deref()))]
    LockLost {
        /// The migration that ran last; nothing where the lock was lost before the first.
        file: Option<String>,
        /// Why the run could not go on.
        loss: LockLoss,
    },
    /// The server refused a statement of a migration.
    #[error("{}", .0.message)]
    Sql(Box<SqlFailure>),
    /// A write of the ledger did not have its effect. Its transaction was rolled back.
    #[error("the ledger table {} does not have what was written to it", .0.table)]
    Unwritten(Box<Unwritten>),
    /// The connection was lost while a migration ran, or the server ended it. Another run goes on where this one ended.
    #[error("the connection was lost while `{file}` ran")]
    Lost {
        /// What the ledger calls the migration.
        file: String,
        /// What stands of it, as far as it is on record, and how many ran before it.
        aftermath: Aftermath,
        /// What the driver, or the server at the end, says.
        source: sqlx::Error,
    },
    /// The answer to a migration did not come, and the server does not run it any more, as far as can be seen. Another run goes on
    /// where this one ended.
    #[error("{}", .silence.sentence(.file))]
    OutcomeUnknown {
        /// What the ledger calls the migration: the first that is not known to be done.
        file: String,
        /// What stands of it, as far as it is on record, and how many ran before it.
        aftermath: Aftermath,
        /// What a second connection saw.
        silence: Silence,
        /// Whether the ledger says that it is done; nothing where it could not be read.
        recorded: Option<bool>,
    },
    /// The server did not answer a question of the runner's own.
    #[error("the server does not answer: cannot {what}")]
    NoAnswer {
        /// What was to be done, as a verb.
        what: String,
        /// How long the answer was waited for.
        waited: Duration,
    },
    /// The server refused something of the runner's own.
    #[error("cannot {what}")]
    Server {
        /// What was to be done, as a verb.
        what: String,
        /// Who blocked it, where a lock was not to be had.
        blockers: Vec<Holder>,
        /// What the server says.
        source: sqlx::Error,
    },
}

impl Error {
    pub(crate) fn server(what: impl Into<String>) -> impl FnOnce(sqlx::Error) -> Self {
        let what = what.into();
        move |source| Self::Server {
            what,
            blockers: Vec::new(),
            source,
        }
    }

    pub(crate) fn unfit(problem: impl Into<Problem>) -> Self {
        Self::Unfit {
            problems: vec![problem.into()],
        }
    }
}

fn sentences(problems: &[impl ToString]) -> String {
    problems
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join("; ")
}

fn sqlstate(error: &sqlx::Error) -> Option<String> {
    error
        .as_database_error()
        .and_then(sqlx::error::DatabaseError::code)
        .map(Into::into)
}

fn sqlstate_fact(error: &sqlx::Error) -> Vec<Fact> {
    sqlstate(error)
        .map(|state| Fact::new("SQLSTATE", state))
        .into_iter()
        .collect()
}

impl Explain for Error {
    fn code(&self) -> &'static str {
        match self {
            Self::Connect(_) => "migration/no-connection",
            Self::Unfit { problems } => problems.first().map_or("migration/unfit", Problem::code),
            Self::Unadoptable { problems } => problems.first().map_or("adopt/unfit", AdoptProblem::code),
            Self::Locked { .. } => "migration/locked",
            Self::LockLost { .. } => "migration/lock-lost",
            Self::Sql(_) => "migration/sql",
            Self::Unwritten(_) => "migration/ledger-unwritten",
            Self::Lost { .. } => "migration/lost",
            Self::OutcomeUnknown { .. } => "migration/outcome-unknown",
            Self::NoAnswer { .. } => "migration/no-answer",
            Self::Server { .. } => "migration/server",
        }
    }

    fn place(&self) -> Option<Place> {
        match self {
            Self::Sql(failure) => Some(failure.place.clone()),
            _ => None,
        }
    }

    fn facts(&self) -> Vec<Fact> {
        match self {
            Self::Sql(failure) => {
                let mut facts = vec![Fact::new("SQLSTATE", failure.sqlstate.clone())];
                facts.extend(failure.details.iter().cloned());
                facts.push(Fact::new(
                    "migration",
                    format!("{} ({})", failure.file, failure.component),
                ));
                facts.push(failure.aftermath.before());
                facts.push(Fact::new("of this one", failure.aftermath.to_string()));
                facts
            }
            Self::Locked {
                holder: Some(holder), ..
            }
            | Self::LockLost {
                loss: LockLoss::Held {
                    holder: Some(holder), ..
                },
                ..
            } => vec![Fact::new("held by", holder.to_string())],
            Self::Lost {
                aftermath, source, ..
            } => {
                let mut facts = sqlstate_fact(source);
                facts.push(aftermath.before());
                facts
            }
            Self::OutcomeUnknown {
                aftermath, recorded, ..
            } => {
                let ledger = ledger_says(*recorded, aftermath.direction);
                vec![Fact::new("ledger", ledger), aftermath.before()]
            }
            Self::NoAnswer { waited, .. } => vec![Fact::new("waited", format!("{} s", waited.as_secs_f32()))],
            Self::Server { source, blockers, .. } => {
                let mut facts = sqlstate_fact(source);
                facts.extend(
                    blockers
                        .iter()
                        .map(|holder| Fact::new("blocked by", holder.to_string())),
                );
                facts
            }
            Self::Unwritten(unwritten) => unwritten.facts(),
            Self::Connect(source) => sqlstate_fact(source),
            _ => Vec::new(),
        }
    }

    fn why(&self) -> Option<String> {
        match self {
            Self::Lost { aftermath, .. } | Self::OutcomeUnknown { aftermath, .. } => {
                Some(aftermath.after_loss())
            }
            Self::Unwritten(_) => Some("a migration of which the ledger has no row would run again".into()),
            Self::Locked { .. } | Self::LockLost { .. } => {
                Some("two runners at once would apply the same migration twice".into())
            }
            _ => None,
        }
    }

    fn hints(&self) -> Vec<String> {
        match self {
            Self::Sql(failure) => failure.cause.iter().map(SqlCause::hint).collect(),
            Self::Unwritten(unwritten) => unwritten.hints(),
            Self::LockLost { file, .. } => LockLoss::hints(file.as_deref()),
            Self::Lost { .. } => vec!["run it again: it goes on where this one ended".into()],
            Self::OutcomeUnknown { .. } => vec![
                "run it again: it waits until the session of this run has ended, reads the ledger and goes on with what is not in it".into(),
            ],
            Self::NoAnswer { .. } => vec![
                "the server, or something on the way to it, is down or overloaded, or a session holds a lock on the table in question: run it again when it answers".into(),
            ],
            Self::Locked { holder: Some(holder), .. } => {
                vec![format!("if that process hangs: `SELECT pg_terminate_backend({})`", holder.pid)]
            }
            Self::Server { source, .. } if sqlstate(source).as_deref() == Some("42501") => vec![
                "the role needs to read the ledger and, the first time, to make it: `GRANT CREATE, USAGE ON SCHEMA … TO …`".into(),
            ],
            _ => Vec::new(),
        }
    }

    fn diagnostics(&self) -> Vec<Diagnostic> {
        match self {
            Self::Unfit { problems } => problems.iter().flat_map(Explain::diagnostics).collect(),
            Self::Unadoptable { problems } => problems.iter().flat_map(Explain::diagnostics).collect(),
            _ => vec![Diagnostic::of(self)],
        }
    }
}
