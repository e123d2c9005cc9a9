//! Why a schema to work with cannot be had: sources, revisions, preludes, servers.

use std::{io, time::Duration};

use diagnostic::{Explain, Fact, Place};
use sqlx::postgres::PgDatabaseError;

use crate::{cli::shown, exit::Exit, hints::size_limit};

/// Why a schema to work with cannot be had.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SchemaProblem {
    /// A word that names no source of a schema.
    #[error("`{}` is no database, revision, contract or folder", shown(.word))]
    NoSource {
        /// The word.
        word: String,
    },
    /// `MIGRATIONS_ROOT` is set, and a revision is asked for.
    #[error("MIGRATIONS_ROOT names a folder of now, and a revision has its own")]
    MigrationsRoot,
    /// git knows no such revision.
    #[error("there is no revision `{}`", shown(.name))]
    NoRevision {
        /// The name.
        name: String,
        /// The folder of the repository.
        folder: String,
    },
    /// git does not give a file of a revision.
    #[error("cannot read `{path}` of revision `{revision}`")]
    UnreadableRevision {
        /// The file.
        path: String,
        /// The revision.
        revision: String,
    },
    /// git cannot be run.
    #[error("cannot run `git`")]
    NoGit(#[source] io::Error),
    /// The prelude cannot be read.
    #[error("cannot read the prelude")]
    UnreadablePrelude {
        /// The file.
        file: String,
        /// What the system said.
        source: io::Error,
    },
    /// The server refused a statement of the prelude.
    #[error("the prelude failed")]
    Prelude {
        /// The statement.
        place: Box<Place>,
        /// What the server said.
        source: sqlx::Error,
    },
    /// The prelude copies rows to or from the client, which would be psql.
    #[error("`{statement}` in the prelude needs psql")]
    ClientCopy {
        /// How it is written.
        statement: &'static str,
        /// Where it is.
        place: Box<Place>,
    },
    /// No connection to the named database.
    #[error("cannot connect to `{database}`")]
    NoConnection {
        /// Its URL, redacted.
        database: String,
        /// What the driver said.
        source: sqlx::Error,
    },
    /// The named database does not answer a question.
    #[error("`{database}` does not answer: cannot {what}")]
    NoAnswer {
        /// Its URL, redacted.
        database: String,
        /// What was to be done, as a verb.
        what: String,
        /// How long the answer was waited for.
        waited: Duration,
    },
    /// A scratch database does not answer any more.
    #[error("cannot connect to the fresh database any more")]
    Gone(#[source] sqlx::Error),
    /// A container is asked for, and this program is built without them.
    #[error("this program is built without containers")]
    NoContainers,
}

impl SchemaProblem {
    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::NoSource { .. } | Self::MigrationsRoot | Self::NoRevision { .. } => Exit::Usage,
            Self::UnreadableRevision { .. } => Exit::Other,
            Self::NoGit(_) | Self::NoContainers => Exit::NotInstalled,
            Self::UnreadablePrelude { .. } | Self::Prelude { .. } | Self::ClientCopy { .. } => {
                Exit::Preflight
            }
            Self::NoConnection { .. } | Self::NoAnswer { .. } | Self::Gone(_) => Exit::Readiness,
        }
    }
}

impl Explain for SchemaProblem {
    fn code(&self) -> &'static str {
        match self {
            Self::NoSource { .. } => "contract/no-side",
            Self::MigrationsRoot => "contract/migrations-root",
            Self::NoRevision { .. } => "git/no-revision",
            Self::UnreadableRevision { .. } => "git/unreadable",
            Self::NoGit(_) => "git/not-run",
            Self::UnreadablePrelude { .. } | Self::Prelude { .. } | Self::ClientCopy { .. } => {
                "preflight/prelude"
            }
            Self::NoConnection { .. } => "readiness/no-connection",
            Self::NoAnswer { .. } => "readiness/no-answer",
            Self::Gone(_) => "postgres/gone",
            Self::NoContainers => "server/no-containers",
        }
    }

    fn place(&self) -> Option<Place> {
        match self {
            Self::UnreadablePrelude { file, .. } => Some(Place::file(file.clone())),
            Self::Prelude { place, .. } | Self::ClientCopy { place, .. } => Some((**place).clone()),
            _ => None,
        }
    }

    fn facts(&self) -> Vec<Fact> {
        match self {
            Self::NoAnswer { waited, .. } => vec![Fact::new("waited", format!("{} s", waited.as_secs_f32()))],
            Self::NoRevision { folder, .. } => vec![Fact::new("looked in", folder)],
            Self::Prelude { source, .. } => {
                let refusal = source.as_database_error();
                let refusal = refusal.and_then(|error| error.try_downcast_ref::<PgDatabaseError>());
                refusal
                    .map(|refusal| Fact::new("SQLSTATE", refusal.code()))
                    .into_iter()
                    .collect()
            }
            _ => Vec::new(),
        }
    }

    fn why(&self) -> Option<String> {
        let is_copy = matches!(self, Self::ClientCopy { .. });
        is_copy.then(|| "its statements are sent to the server itself; psql is not in between".into())
    }

    fn hints(&self) -> Vec<String> {
        let hint = match self {
            Self::NoSource { .. } => {
                "name a `postgres://` URL, `rev:` and a git revision, a contract file or a folder"
            }
            Self::UnreadablePrelude { source, .. } => return size_limit(source).into_iter().collect(),
            Self::ClientCopy { .. } => "write the rows as `INSERT` (`pg_dump --inserts` does)",
            Self::MigrationsRoot => "`unset MIGRATIONS_ROOT`",
            Self::NoRevision { .. } => "`git fetch --tags` brings the revisions of others",
            Self::NoConnection { .. } | Self::NoAnswer { .. } => {
                "`db-fresh wait` says what stands in the way"
            }
            Self::NoContainers => "install it with them: `cargo install db-fresh --features docker`",
            _ => return Vec::new(),
        };
        vec![hint.into()]
    }
}
