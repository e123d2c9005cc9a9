//! What a command found, or why it cannot be carried out.

use std::io;

use diagnostic::{Explain, Fact, Place};
use schema_contract::{Diff, drift::Drift};

use crate::{cli::shown, exit::Exit, hints::NAME_ENVIRONMENT};

/// What a command found, or why it cannot be carried out.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CommandProblem {
    /// Two schemas differ.
    #[error("`{after}` is not `{before}`: {summary}")]
    Different {
        /// What was, or should be.
        before: String,
        /// What is.
        after: String,
        /// The difference in a few words.
        summary: String,
    },
    /// A folder has no contract to compare a database with.
    #[error("a folder has no contract to hold the database against")]
    FolderHasNoContract,
    /// A live database is not as it should be. What differs is data and stands on standard output.
    #[error("{}", summary(.0))]
    Drifted(Box<Drift>),
    /// The pictures of the schema cannot be written.
    #[error("cannot write the pictures of the schema")]
    DocsNotWritten {
        /// The file.
        file: String,
        /// What the system said.
        source: io::Error,
    },
    /// A name that makes no good file name.
    #[error("`{}` does not make a good file name", shown(.name))]
    BadName {
        /// The name.
        name: String,
    },
    /// The file of a new migration cannot be written.
    #[error("cannot make the migration file")]
    MigrationNotWritten {
        /// The file.
        file: String,
        /// What the system said.
        source: io::Error,
    },
    /// Several components, where another tool's ledger is about one.
    #[error("there are several components, and a ledger of another tool is about one")]
    WhichComponent {
        /// Their names.
        names: Vec<String>,
    },
    /// The live schema is not the one that the migrations make.
    #[error("the live schema is not the one that these migrations make: {}", .difference.summary())]
    SchemaDiffers {
        /// From what the migrations make to the live schema.
        difference: Box<Diff>,
        /// Migrations that the other tool applied and that may not run in this environment.
        left_out: Vec<String>,
    },
    /// The configuration does not say where the database keeps its schema's version.
    #[error("no version table is configured")]
    NoVersionTable,
    /// No prefix of Redis keys is named.
    #[error("no prefix is named")]
    NoRedisPrefix,
    /// Redis is required and not healthy.
    #[error("Redis is required and degraded")]
    RedisDegraded(
        /// What is wrong with it.
        #[source]
        Box<dyn std::error::Error + Send + Sync>,
    ),
    /// Undoing something in a protected environment takes a reason.
    #[error("{what} is not for {}", protected(.environment))]
    Protected {
        /// The code, such as `rollback/protected`.
        code: &'static str,
        /// What was to be done.
        what: &'static str,
        /// What is lost by it.
        loss: &'static str,
        /// The environment; empty where nobody named it.
        environment: String,
    },
    /// Applying left something open.
    #[error("not everything is applied after applying")]
    SmokeStatus {
        /// The migrations that are not applied.
        open: Vec<String>,
    },
    /// Rolling back and reapplying makes another schema.
    #[error("rolling back and reapplying makes another schema: {}", .0.summary())]
    SmokeDiffers(Box<Diff>),
}

/// A protected environment, and words for one that nobody named.
fn protected(environment: &str) -> String {
    if environment.is_empty() {
        "an environment that is not named, which counts as protected".into()
    } else {
        format!("the protected environment `{}`", shown(environment))
    }
}

fn summary(drift: &Drift) -> String {
    let drift = Box::new(drift.clone());
    schema_contract::Error::Drift { drift }.to_string()
}

impl CommandProblem {
    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::RedisDegraded(_) => Exit::Readiness,
            Self::Different { .. }
            | Self::Drifted(_)
            | Self::SchemaDiffers { .. }
            | Self::SmokeDiffers(_) => Exit::Contract,
            Self::FolderHasNoContract
            | Self::BadName { .. }
            | Self::WhichComponent { .. }
            | Self::NoVersionTable
            | Self::NoRedisPrefix
            | Self::Protected { .. } => Exit::Usage,
            Self::DocsNotWritten { .. } | Self::MigrationNotWritten { .. } => Exit::Other,
            Self::SmokeStatus { .. } => Exit::Migration,
        }
    }
}

impl Explain for CommandProblem {
    fn code(&self) -> &'static str {
        match self {
            Self::Different { .. } => "contract/different",
            Self::FolderHasNoContract => "contract/folder",
            Self::Drifted(_) => "contract/drift",
            Self::DocsNotWritten { .. } => "contract/docs",
            Self::BadName { .. } => "new/name",
            Self::MigrationNotWritten { .. } => "new/not-written",
            Self::WhichComponent { .. } => "adopt/which-component",
            Self::SchemaDiffers { .. } => "adopt/schema-differs",
            Self::NoVersionTable => "guard/no-table",
            Self::NoRedisPrefix => "readiness/redis-prefix",
            Self::RedisDegraded(_) => "readiness/redis-degraded",
            Self::Protected { code, .. } => code,
            Self::SmokeStatus { .. } => "smoke/status",
            Self::SmokeDiffers(_) => "smoke/differs",
        }
    }

    fn place(&self) -> Option<Place> {
        match self {
            Self::DocsNotWritten { file, .. } | Self::MigrationNotWritten { file, .. } => {
                Some(Place::file(file.clone()))
            }
            _ => None,
        }
    }

    fn facts(&self) -> Vec<Fact> {
        match self {
            Self::SchemaDiffers { difference, .. } => {
                let text = difference.render();
                let lines = text.lines();
                lines.map(|line| Fact::new("live", line.trim_end())).collect()
            }
            Self::SmokeStatus { open } => open.iter().map(|file| Fact::new("open", file)).collect(),
            Self::SmokeDiffers(difference) => {
                let objects = difference.objects.iter();
                objects
                    .map(|object| Fact::new("differs", object.object.to_string()))
                    .collect()
            }
            _ => Vec::new(),
        }
    }

    fn why(&self) -> Option<String> {
        let why = match self {
            Self::SchemaDiffers { .. } => "what was done by hand would be missing in every new database",
            Self::NoRedisPrefix => {
                "an environment owns the keys that begin with its prefix, and no others are looked at"
            }
            Self::Protected { loss, .. } => loss,
            _ => return None,
        };
        Some(why.into())
    }

    fn hints(&self) -> Vec<String> {
        let hints: &[&str] = match self {
            Self::FolderHasNoContract => &["add `--against replay`"],
            Self::Drifted(_) => &[
                "put what is right into a migration: `db-fresh new NAME`",
                "name what is meant in `db-fresh.toml`, as `[[ignore]]` with a pattern and a reason",
            ],
            Self::BadName { .. } => &["use letters, digits and `_`: `db-fresh new add_invoices`"],
            Self::WhichComponent { names } => {
                let flags: Vec<_> = names.iter().map(|name| format!("`--component {name}`")).collect();
                return vec![format!("say which: {}", flags.join(" or "))];
            }
            Self::SchemaDiffers { left_out, .. } => {
                let mut hints: Vec<_> = left_out
                    .iter()
                    .map(|file| {
                        format!(
                            "`{file}` may not run in this environment: undo what it did in the live database"
                        )
                    })
                    .collect();
                if hints.is_empty() {
                    hints.push("put the difference into a migration, or undo it in the live database".into());
                }
                hints.push("or take it over as it is: `--allow-differences`".into());
                return hints;
            }
            Self::NoVersionTable => &[
                "name it in `db-fresh.toml`: `[guard]` with `table`, `key`, `key_column` and `value_column`",
            ],
            Self::NoRedisPrefix => &["give `--prefix stg:`, or set `REDIS_PREFIX`"],
            Self::RedisDegraded(_) => &["leave `--require` out where the application can do without it"],
            Self::Protected { environment, .. } if environment.is_empty() => &[
                NAME_ENVIRONMENT,
                "or give a reason, which the audit keeps: `--allow-protected REASON`",
            ],
            Self::Protected { .. } => &["give a reason, which the audit keeps: `--allow-protected REASON`"],
            Self::SmokeDiffers(_) => &["`db-fresh` names the down script at fault"],
            _ => &[],
        };
        hints.iter().map(|hint| (*hint).to_owned()).collect()
    }
}
