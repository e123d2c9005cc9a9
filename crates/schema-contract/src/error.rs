//! Everything that can go wrong here, and how to mend it.

use diagnostic::{Diagnostic, Explain, Fact, Place};

use crate::{
    Diff,
    consumers::{BodyFault, Finding},
    drift::Drift,
    expectations::Breach,
    guard::Version,
    text::BadLine,
};

/// What can go wrong with snapshots, contracts and the version guard.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The catalog could not be read.
    #[error("cannot read the catalog")]
    Read {
        /// What the server said.
        source: sqlx::Error,
    },
    /// A component has no contract yet.
    #[error("there is no contract `{path}`")]
    Missing {
        /// Where it was looked for.
        path: String,
    },
    /// A contract file cannot be read or written.
    #[error("cannot access the contract `{path}`")]
    Io {
        /// The file.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// A contract holds a line that is no fact.
    #[error("the contract has a line that is no fact: {why}")]
    Unreadable {
        /// Where, with the line.
        place: Box<Place>,
        /// What is wrong with it.
        why: &'static str,
    },
    /// The database is not what the contract says.
    #[error("the schema of component `{component}` is not what its contract says: {}", diff.summary())]
    Broken {
        /// The component.
        component: String,
        /// The contract's file, where it came from one.
        path: Option<String>,
        /// What differs.
        diff: Box<Diff>,
    },
    /// A live database is not what it should be.
    #[error("the database has drifted: {}", drift.summary())]
    Drift {
        /// What differs.
        drift: Box<Drift>,
    },
    /// A file of expectations cannot be understood.
    #[error("the expectations cannot be read: {why}")]
    BadExpectations {
        /// Where.
        place: Box<Place>,
        /// What is wrong there.
        why: String,
    },
    /// The database is not what a consumer expects.
    #[error("{} of consumer `{consumer}` are not met", counted(breaches.len()))]
    Unmet {
        /// Who expects it.
        consumer: String,
        /// The file of expectations.
        path: Option<String>,
        /// What is not as expected.
        breaches: Vec<Breach>,
    },
    /// A file of a `.sqlx` folder is no record of a query.
    #[error("`{path}` is no record of a query")]
    BadRecord {
        /// The file.
        path: String,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// Queries of a consumer no longer fit.
    #[error("queries of consumer `{consumer}` do not fit the schema: {} findings", findings.len())]
    QueriesBroken {
        /// The consumer.
        consumer: String,
        /// What is wrong.
        findings: Vec<Finding>,
    },
    /// PL/pgSQL bodies no longer fit.
    #[error("{} faults in the bodies of functions", faults.len())]
    StaleBodies {
        /// What is wrong.
        faults: Vec<BodyFault>,
    },
    /// The application expects a newer schema than the database has.
    #[error("the application needs schema version {application}, the database has {database}")]
    ApplicationNewer {
        /// What the application was built for.
        application: Version,
        /// What the database has.
        database: Version,
    },
    /// The major versions differ.
    #[error(
        "version conflict: the application was built for schema version {application}, the database has {database}"
    )]
    VersionConflict {
        /// What the application was built for.
        application: Version,
        /// What the database has.
        database: Version,
    },
    /// A version is not three numbers.
    #[error("`{text}` is no schema version")]
    NoVersion {
        /// What was found.
        text: String,
        /// Where it was found.
        from: String,
    },
    /// The database does not say which version its schema has.
    #[error("the database does not say which version its schema has: no row `{key}` in `{table}`")]
    VersionUnknown {
        /// The table that should hold it.
        table: String,
        /// The row's key.
        key: String,
        /// The environment that was asked for.
        environment: Option<String>,
        /// What the server said, if the table itself cannot be read.
        source: Option<sqlx::Error>,
    },
}

impl Error {
    pub(crate) fn unreadable(file: Option<&str>, text: &str, first_line: usize, bad: &BadLine) -> Self {
        let file = file.unwrap_or("<contract>");
        let offset = text
            .split_inclusive('\n')
            .take(bad.line - first_line)
            .map(str::len)
            .sum();
        let mut place = Place::at_byte(file, text, offset);
        place.line = Some(bad.line);
        Self::Unreadable {
            place: Box::new(place),
            why: bad.why,
        }
    }
}

impl Explain for Error {
    fn code(&self) -> &'static str {
        match self {
            Self::Read { .. } => "contract/cannot-read",
            Self::Missing { .. } => "contract/missing",
            Self::Io { .. } => "contract/file",
            Self::Unreadable { .. } => "contract/unreadable",
            Self::Broken { .. } => "contract/broken",
            Self::Drift { .. } => "contract/drift",
            Self::BadExpectations { .. } => "expectation/unreadable",
            Self::Unmet { .. } => "expectation/unmet",
            Self::BadRecord { .. } => "query/bad-record",
            Self::QueriesBroken { .. } => "query/broken",
            Self::StaleBodies { .. } => "query/stale-body",
            Self::ApplicationNewer { .. } => "guard/application-newer",
            Self::VersionConflict { .. } => "guard/version-conflict",
            Self::NoVersion { .. } => "guard/no-version",
            Self::VersionUnknown { .. } => "guard/version-unknown",
        }
    }

    fn place(&self) -> Option<Place> {
        match self {
            Self::Missing { path } | Self::Io { path, .. } | Self::BadRecord { path, .. } => {
                Some(Place::file(path))
            }
            Self::BadExpectations { place, .. } => Some((**place).clone()),
            Self::Broken { path, .. } | Self::Unmet { path, .. } => path.as_ref().map(Place::file),
            Self::Unreadable { place, .. } => Some((**place).clone()),
            _ => None,
        }
    }

    fn facts(&self) -> Vec<Fact> {
        match self {
            Self::Read { source }
            | Self::VersionUnknown {
                source: Some(source), ..
            } => sql_state(source),
            Self::Broken { diff, .. } => {
                vec![Fact::new("changes", format!("\n{}", diff.render().trim_end()))]
            }
            Self::Drift { drift } => vec![Fact::new("drift", format!("\n{}", drift.render().trim_end()))],
            Self::NoVersion { from, .. } => vec![Fact::new("found in", from)],
            Self::VersionUnknown {
                environment: Some(environment),
                ..
            } => vec![Fact::new("environment", environment)],
            _ => Vec::new(),
        }
    }

    fn why(&self) -> Option<String> {
        let why = match self {
            Self::Missing { .. } => {
                "without a contract nobody notices when a migration changes more than it meant to"
            }
            Self::Broken { .. } => "the code was reviewed against the contract, and expects that schema",
            Self::ApplicationNewer { .. } => {
                "the application would use tables or columns that are not there yet"
            }
            Self::VersionConflict { .. } => "a new major version means that older applications no longer fit",
            Self::VersionUnknown { .. } => "without it nobody can tell whether the application fits",
            _ => return None,
        };
        Some(why.to_owned())
    }

    fn diagnostics(&self) -> Vec<Diagnostic> {
        match self {
            Self::Unmet {
                consumer,
                path,
                breaches,
            } => breaches
                .iter()
                .map(|breach| breach.diagnostic(consumer, path.as_deref()))
                .collect(),
            Self::QueriesBroken { findings, .. } => findings.iter().map(Finding::diagnostic).collect(),
            Self::StaleBodies { faults } => faults.iter().map(BodyFault::diagnostic).collect(),
            _ => vec![Diagnostic::of(self)],
        }
    }

    fn hints(&self) -> Vec<String> {
        let hints: &[&str] = match self {
            Self::Missing { .. } => &["write it from a fresh database and commit it"],
            Self::Unreadable { .. } => &["write it again from a fresh database"],
            Self::Broken { .. } => &[
                "if the change is meant, record it in the contract and commit that",
                "if it is not, correct it in a migration that is not yet applied anywhere, or in a new one",
            ],
            Self::ApplicationNewer { .. } => &["run the migrations"],
            Self::VersionConflict { .. } => {
                &["deploy the application that belongs to this schema, or migrate the database"]
            }
            Self::NoVersion { .. } => &["a schema version is three numbers, such as `1.4.0`"],
            Self::VersionUnknown { .. } => &["run the migrations"],
            _ => &[],
        };
        hints.iter().map(|hint| (*hint).to_owned()).collect()
    }
}

fn counted(expectations: usize) -> String {
    match expectations {
        1 => "1 expectation".to_owned(),
        n => format!("{n} expectations"),
    }
}

fn sql_state(source: &sqlx::Error) -> Vec<Fact> {
    let state = source
        .as_database_error()
        .and_then(sqlx::error::DatabaseError::code);
    state
        .map(|code| Fact::new("sqlstate", code))
        .into_iter()
        .collect()
}
