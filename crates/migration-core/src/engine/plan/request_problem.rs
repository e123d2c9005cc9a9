//! What keeps a request from being carried out: it names something that is not there, or not as it would have to be.

use diagnostic::{Explain, Fact, Place};

/// What was asked for does not fit what is there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RequestProblem {
    /// A migration to undo has no down script.
    #[error("migration `{file}` cannot be undone: it has no down script")]
    NoDown {
        /// What the ledger calls it.
        file: String,
        /// Its path.
        path: String,
    },
    /// A comment of a down script limits it to other environments.
    #[error("the down script of `{file}` does not run here: {why}")]
    DownLeftOut {
        /// What the ledger calls the migration.
        file: String,
        /// The path of its down script.
        path: String,
        /// Why.
        why: String,
    },
    /// Migrations of a protected environment are undone only for a reason that is given.
    #[error("{} is protected: nothing is rolled back there without a reason", shown_environment(.environment))]
    Protected {
        /// The environment; empty where nobody named it.
        environment: String,
    },
    /// A migration does not run in this environment, and so cannot be called applied or be resumed there.
    #[error("migration `{file}` does not run here: {why}")]
    LeftOut {
        /// What the ledger would call it.
        file: String,
        /// Why, as the plan says it.
        why: String,
        /// The environment; empty where nobody named it.
        environment: String,
    },
    /// No migration was interrupted, or not this one.
    #[error("{}", not_interrupted(.file))]
    NotInterrupted {
        /// What the ledger would call it; empty where any would have done.
        file: String,
    },
    /// A migration is applied already.
    #[error("migration `{file}` is applied already")]
    IsApplied {
        /// What the ledger calls it.
        file: String,
        /// When.
        at: String,
    },
    /// No folder has a migration of this name.
    #[error("there is no migration `{file}`")]
    NoSuchMigration {
        /// The name.
        file: String,
        /// The name that is most like it.
        nearest: Option<String>,
    },
    /// The version to go back to is not one that was applied.
    #[error("there is no applied migration of version `{version}`")]
    NoSuchVersion {
        /// What was asked for.
        version: String,
        /// The newest that was applied.
        newest: Option<String>,
    },
}

impl Explain for RequestProblem {
    fn code(&self) -> &'static str {
        match self {
            Self::NoDown { .. } => "migration/no-down",
            Self::DownLeftOut { .. } => "migration/down-left-out",
            Self::Protected { .. } => "migration/protected",
            Self::LeftOut { .. } => "migration/left-out",
            Self::NoSuchVersion { .. } => "migration/no-such-version",
            Self::NotInterrupted { .. } => "migration/not-interrupted",
            Self::IsApplied { .. } => "migration/is-applied",
            Self::NoSuchMigration { .. } => "migration/no-such-migration",
        }
    }

    fn place(&self) -> Option<Place> {
        match self {
            Self::NoDown { path, .. } | Self::DownLeftOut { path, .. } => Some(Place::file(path.clone())),
            _ => None,
        }
    }

    fn facts(&self) -> Vec<Fact> {
        match self {
            Self::IsApplied { at, .. } => vec![Fact::new("applied", at.clone())],
            Self::NoSuchVersion {
                newest: Some(newest), ..
            } => vec![Fact::new("newest", newest.clone())],
            _ => Vec::new(),
        }
    }

    fn why(&self) -> Option<String> {
        let why = match self {
            Self::Protected { .. } => "a roll-back loses the data of what is undone",
            Self::LeftOut { .. } => "migrations for development never run in a protected environment",
            _ => return None,
        };
        Some(why.into())
    }

    fn hints(&self) -> Vec<String> {
        match self {
            Self::Protected { .. } => vec!["give the reason, which the audit keeps".into()],
            Self::NoDown { .. } => vec!["write a new migration that takes the change back".into()],
            Self::NoSuchMigration {
                nearest: Some(nearest),
                ..
            } => vec![format!("did you mean `{nearest}`?")],
            _ => Vec::new(),
        }
    }
}

/// The environment, and words for one that nobody named.
fn shown_environment(name: &str) -> String {
    if name.is_empty() {
        "an environment that is not named".into()
    } else {
        format!("environment `{name}`")
    }
}

fn not_interrupted(file: &str) -> String {
    if file.is_empty() {
        "no migration was interrupted".into()
    } else {
        format!("migration `{file}` was not interrupted")
    }
}
