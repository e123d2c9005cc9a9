//! What is wrong with a command line beyond what the parser of flags sees.

use diagnostic::{Explain, Fact};

use super::{UrlProblem, shown};
use crate::exit::Exit;

/// A command line that does not fit together, or lacks a confirmation.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum UsageProblem {
    /// No database is named.
    #[error("no database is named")]
    NoDatabase,
    /// The URL of the database cannot be used.
    #[error("the database's URL cannot be used: {source}")]
    DatabaseUrl {
        /// What is wrong with it; the URL itself is not repeated.
        source: UrlProblem,
    },
    /// The driver refuses the URL of the database. Its own message may repeat parts of it, and is not shown.
    #[error("the database's URL cannot be used: the driver does not understand it")]
    DriverUrl,
    /// The value of a flag is no URL of a database.
    #[error("the value of {flag} cannot be used: {source}")]
    FlagUrl {
        /// The flag.
        flag: String,
        /// What is wrong with it.
        source: UrlProblem,
    },
    /// Two servers are asked for.
    #[error("{flag} names a server, and --on {on} asks for another one")]
    TwoServers {
        /// The flag that names one.
        flag: String,
        /// What `--on` asks for.
        on: &'static str,
    },
    /// A server is asked for, and none is named.
    #[error("--on server needs {flag}")]
    NoUrl {
        /// The flag that would name one.
        flag: String,
    },
    /// The flag that names the environment names none.
    #[error("the value of --environment is blank")]
    BlankEnvironment,
    /// Different environments are named, and one of them is protected.
    #[error("different environments are named, and `{}` is protected", shown(.protected))]
    EnvironmentsContradict {
        /// The protected one.
        protected: String,
        /// Every place that names an environment, with its name.
        said: Vec<(String, String)>,
    },
    /// The version that the application was built for is not known.
    #[error("the application's schema version is not named")]
    NoAppVersion,
    /// A folder format of this name does not exist.
    #[error("there is no folder format `{}`", shown(.name))]
    UnknownFormat {
        /// The name.
        name: String,
    },
    /// The name of a table lacks its schema.
    #[error("`{}` is not of the form SCHEMA.TABLE", shown(.name))]
    NotATable {
        /// The name.
        name: String,
    },
    /// A change was asked for without a confirmation, and standard input is not a terminal to ask on, or ended.
    #[error("cannot ask for confirmation to {what}: {reason}")]
    NotConfirmed {
        /// What was to be done.
        what: String,
        /// Why nobody could be asked.
        reason: &'static str,
    },
    /// The answer was not yes. Exit code 1, since the command line was right.
    #[error("not confirmed: nothing was changed")]
    Declined,
}

impl UsageProblem {
    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::Declined => Exit::Other,
            _ => Exit::Usage,
        }
    }
}

impl Explain for UsageProblem {
    fn code(&self) -> &'static str {
        match self {
            Self::NoDatabase => "usage/no-database",
            Self::DatabaseUrl { .. } | Self::DriverUrl | Self::FlagUrl { .. } => "usage/url",
            Self::TwoServers { .. } => "usage/two-servers",
            Self::NoUrl { .. } => "usage/no-url",
            Self::BlankEnvironment => "usage/blank-environment",
            Self::EnvironmentsContradict { .. } => "usage/environments-contradict",
            Self::NoAppVersion => "usage/no-app-version",
            Self::UnknownFormat { .. } => "config/unknown-format",
            Self::NotATable { .. } => "adopt/table",
            Self::NotConfirmed { .. } => "usage/not-confirmed",
            Self::Declined => "usage/declined",
        }
    }

    fn facts(&self) -> Vec<Fact> {
        match self {
            Self::EnvironmentsContradict { said, .. } => said
                .iter()
                .map(|(source, name)| Fact::new(source.clone(), shown(name)))
                .collect(),
            _ => Vec::new(),
        }
    }

    fn why(&self) -> Option<String> {
        match self {
            Self::EnvironmentsContradict { .. } => {
                Some("development-only migrations and seeds never run in a protected environment".into())
            }
            _ => None,
        }
    }

    fn hints(&self) -> Vec<String> {
        match self {
            Self::BlankEnvironment => vec!["name one, such as `--environment development`".into()],
            Self::EnvironmentsContradict { .. } => {
                vec!["name the same environment everywhere, or take out what is wrong".into()]
            }
            Self::NoAppVersion => vec!["give `--app-version 1.3.0`, or set `APP_SCHEMA_VERSION`".into()],
            Self::NoDatabase => {
                vec!["give `--database-url postgres://USER@HOST/DATABASE`, or set `DATABASE_URL`".into()]
            }
            Self::DatabaseUrl { source } | Self::FlagUrl { source, .. } => source.hints(),
            Self::NoUrl { flag } => vec![format!("add `{flag} postgres://USER@HOST/DATABASE`")],
            Self::UnknownFormat { .. } => {
                let known: Vec<_> = migration_core::Format::ALL
                    .iter()
                    .map(ToString::to_string)
                    .collect();
                vec![format!("known are auto, {}", known.join(", "))]
            }
            Self::NotConfirmed { .. } => vec![
                "add `--yes`, or set `MIGRATION_ASSUME_YES=true`; `--dry-run` shows what would happen".into(),
            ],
            _ => Vec::new(),
        }
    }
}
