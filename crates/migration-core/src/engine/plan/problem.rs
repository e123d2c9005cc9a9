//! What makes the folder and the ledger not fit to run together. All of it is found before anything runs.

use diagnostic::{Explain, Fact, Place};

use super::{ledger_problem::LedgerProblem, request_problem::RequestProblem};
use crate::{LedgerTable, Tool};

/// One reason not to run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// A file differs from what was applied.
    #[error("migration `{file}` changed after it was applied")]
    Edited {
        /// What the ledger calls it.
        file: String,
        /// Its path.
        path: String,
        /// SHA-256 of what was applied.
        applied: String,
        /// SHA-256 of what is there now.
        on_disk: String,
        /// When it was applied.
        at: String,
        /// By whom.
        by: String,
    },
    /// The ledger has a migration that the folder has not.
    #[error("migration `{file}` of component `{component}` is in the ledger and not in the folder")]
    Missing {
        /// The component.
        component: String,
        /// What the ledger calls it.
        file: String,
        /// The folder.
        folder: String,
        /// When it was applied.
        at: String,
        /// Whether it is newer than every file of the folder.
        ahead: Ahead,
    },
    /// A migration arrives after a higher one ran.
    #[error("migration `{file}` comes late: `{after}` ran already")]
    Late {
        /// What the ledger would call it.
        file: String,
        /// Its path.
        path: String,
        /// The highest that ran.
        after: String,
        /// When that was.
        at: String,
    },
    /// A migration without a transaction ended half-way, and its file is another one now.
    #[error("migration `{file}` changed after {done} of its steps had run")]
    HalfApplied {
        /// What the ledger calls it.
        file: String,
        /// Its path.
        path: String,
        /// How many steps ran.
        done: usize,
    },
    /// A down script without a transaction ended half-way. What is applied next would find a schema that no file describes.
    #[error("migration `{file}` is half undone: {done} of the {of} steps of its down script ran")]
    HalfUndone {
        /// What the ledger calls it.
        file: String,
        /// The path of its down script.
        path: String,
        /// How many steps ran.
        done: usize,
        /// Of how many.
        of: usize,
    },
    /// A step outside a transaction was begun, and nothing shows whether it ended.
    #[error("it cannot be told whether step {step} of `{file}` had its effect")]
    Unsure {
        /// What the ledger calls it.
        file: String,
        /// Where the step is.
        place: Box<Place>,
        /// The step, counted from 1.
        step: usize,
        /// The progress table.
        table: String,
    },
    /// `CREATE INDEX CONCURRENTLY IF NOT EXISTS` made nothing, since an INVALID index has the name.
    #[error("`{file}` did not build the index: `{index}` is there, and INVALID")]
    InvalidIndex {
        /// What the ledger calls the migration.
        file: String,
        /// Where the statement is.
        place: Box<Place>,
        /// The index.
        index: String,
    },
    /// The ledger's name belongs to another tool's table, or another tool migrated this database.
    #[error("this database was migrated by {}: `{table}` is its ledger", any_of(.tools))]
    ForeignLedger {
        /// The table.
        table: LedgerTable,
        /// The tools whose ledger it may be; none where its columns are those of no tool that is known.
        tools: Vec<Tool>,
        /// The table's columns.
        columns: Vec<String>,
    },
    /// A transaction pooler sits between.
    #[error("a transaction pooler sits between this program and the server")]
    Pooler,
    /// The database served a protected environment before.
    #[error("this database serves the protected environment `{recorded}`, and the run says `{given}`")]
    OtherEnvironment {
        /// What the ledger says.
        recorded: String,
        /// What the run says.
        given: String,
    },
    /// The ledger itself is not fit to be read and written.
    #[error(transparent)]
    Ledger(#[from] LedgerProblem),
    /// A comment in a folder of somebody else nearly limits where the migration runs, and the environment is protected.
    #[error("{what}")]
    NearMiss {
        /// Where it is.
        place: Box<Place>,
        /// What is wrong with it.
        what: String,
        /// What may have been meant.
        nearest: Option<String>,
        /// The protected environment.
        environment: String,
    },
    /// A string with a backslash, where `standard_conforming_strings` is off for database, role or connection.
    #[error("`standard_conforming_strings` is off, and a string has a backslash")]
    BackslashInString {
        /// Where the string is.
        place: Box<Place>,
    },
    /// What was asked for does not fit what is there.
    #[error(transparent)]
    Request(#[from] RequestProblem),
}

/// Whether a database is ahead of the folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ahead {
    /// It is newer than every file.
    Yes,
    /// It is not.
    No,
}

impl Explain for Problem {
    fn code(&self) -> &'static str {
        match self {
            Self::Edited { .. } => "migration/edited",
            Self::Missing { .. } => "migration/missing",
            Self::Late { .. } => "migration/late",
            Self::HalfApplied { .. } => "migration/half-applied",
            Self::HalfUndone { .. } => "migration/half-undone",
            Self::Unsure { .. } => "migration/unsure",
            Self::InvalidIndex { .. } => "migration/invalid-index",
            Self::ForeignLedger { .. } => "migration/foreign-ledger",
            Self::Pooler => "migration/transaction-pooler",
            Self::OtherEnvironment { .. } => "migration/environment",
            Self::Ledger(problem) => problem.code(),
            Self::NearMiss { .. } => "migration/bad-directive",
            Self::BackslashInString { .. } => "migration/cannot-run",
            Self::Request(problem) => problem.code(),
        }
    }

    fn place(&self) -> Option<Place> {
        match self {
            Self::Edited { path, .. }
            | Self::Late { path, .. }
            | Self::HalfApplied { path, .. }
            | Self::HalfUndone { path, .. } => Some(Place::file(path.clone())),
            Self::Request(problem) => problem.place(),
            Self::Unsure { place, .. }
            | Self::InvalidIndex { place, .. }
            | Self::NearMiss { place, .. }
            | Self::BackslashInString { place } => Some((**place).clone()),
            Self::Missing { folder, .. } => Some(Place::file(folder.clone())),
            Self::ForeignLedger { .. } | Self::Pooler | Self::OtherEnvironment { .. } | Self::Ledger(_) => {
                None
            }
        }
    }

    fn facts(&self) -> Vec<Fact> {
        match self {
            Self::Edited {
                applied,
                on_disk,
                at,
                by,
                ..
            } => vec![
                Fact::new("applied", format!("sha256 {} on {at} by {by}", short(applied))),
                Fact::new("on disk", format!("sha256 {}", short(on_disk))),
            ],
            Self::Ledger(problem) => problem.facts(),
            Self::Request(problem) => problem.facts(),
            Self::Missing { at, .. } => vec![Fact::new("applied", at.clone())],
            Self::Late { after, at, .. } => vec![Fact::new("highest", format!("{after}, applied {at}"))],
            Self::ForeignLedger { tools, columns, .. } if tools.is_empty() => {
                vec![Fact::new("columns", columns.join(", "))]
            }
            _ => Vec::new(),
        }
    }

    fn why(&self) -> Option<String> {
        let why = match self {
            Self::Edited { .. } => "databases that already ran it would differ from new ones",
            Self::Missing {
                ahead: Ahead::Yes, ..
            } => "the database is ahead of this folder",
            Self::Missing { ahead: Ahead::No, .. } => "a new database would be built without it",
            Self::Late { .. } => "new databases run it before, this one after; the two may differ",
            Self::HalfApplied { .. } => "the steps that ran are those of the old file",
            Self::HalfUndone { .. } => "what is applied next would meet a schema that no file describes",
            Self::Unsure { .. } => "it runs outside a transaction, and the runner ended while it ran",
            Self::InvalidIndex { .. } => {
                "no query uses an INVALID index; this one belongs to another table, or another session builds it"
            }
            Self::ForeignLedger { .. } => "running all migrations again would fail or do harm",
            Self::Pooler => {
                "a lock belongs to a session, and a pooler gives the session to the next client between two statements"
            }
            Self::OtherEnvironment { .. } => {
                "migrations for development never run in a protected environment"
            }
            Self::Ledger(problem) => return problem.why(),
            Self::NearMiss { environment, .. } => {
                return Some(format!(
                    "`{environment}` is protected, and the migration may be meant for development only"
                ));
            }
            Self::BackslashInString { .. } => {
                "the string, and with it the statement, ends elsewhere than where the setting is on"
            }
            Self::Request(problem) => return problem.why(),
        };
        Some(why.into())
    }

    fn hints(&self) -> Vec<String> {
        let hint = match self {
            Self::Edited { path, .. } | Self::HalfApplied { path, .. } => {
                format!("restore the file (`git log -- {path}`) and put the change in a new migration")
            }
            Self::Missing {
                ahead: Ahead::Yes, ..
            } => "use the version of the project that has it, or allow it where the schemas are known to be compatible".into(),
            Self::Missing { folder, file, .. } => {
                format!("bring it back: `git log --diff-filter=D -- {folder}/{file}`")
            }
            Self::Late { .. } => "give it a number after the highest, if it has not run anywhere".into(),
            Self::HalfUndone { .. } => "undo the rest of it first".into(),
            Self::Unsure { step, .. } => {
                format!("look whether step {step} had its effect, and resume behind it or at it")
            }
            Self::InvalidIndex { index, .. } => {
                format!("wait until no session builds it, or `DROP INDEX CONCURRENTLY {index}`; then run it again")
            }
            Self::Pooler => {
                "nothing was done; connect to the server itself, or to a port of the pooler in session mode".into()
            }
            Self::OtherEnvironment { recorded, .. } => format!("run it as what it is: `{recorded}`"),
            Self::Ledger(problem) => return problem.hints(),
            Self::NearMiss {
                nearest: Some(nearest),
                ..
            } => format!("did you mean `{nearest}`?"),
            Self::BackslashInString { .. } => {
                "write the string as `E'…'` with its backslashes doubled, or turn the setting on: `ALTER DATABASE … SET standard_conforming_strings = on`".into()
            }
            Self::NearMiss { .. } | Self::ForeignLedger { .. } => return Vec::new(),
            Self::Request(problem) => return problem.hints(),
        };
        vec![hint]
    }
}

fn any_of(tools: &[Tool]) -> String {
    if tools.is_empty() {
        return "another tool".into();
    }
    let names: Vec<_> = tools.iter().map(|tool| tool.name()).collect();
    names.join(" or ")
}

/// The beginning of a checksum, enough for people.
fn short(checksum: &str) -> &str {
    checksum.get(..8).unwrap_or(checksum)
}
