//! Everything that can go wrong with seeds, and how to mend it.

use std::{io, time::Duration};

use diagnostic::{Diagnostic, Explain, Fact, Place};

use crate::{Problem, SqlFailure};

/// What went wrong with seeds. No variant holds a key, an address, or a row's values.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The folder cannot be listed.
    #[error("cannot list the seeds in `{dir}`")]
    NoFolder {
        /// The folder as the caller gave it.
        dir: String,
        /// Why.
        source: io::Error,
    },
    /// The folder holds what cannot be understood; each problem is reported by itself.
    #[error("the seeds cannot be read: {} problems", problems.len())]
    Folder {
        /// All of them, file by file.
        problems: Vec<Problem>,
    },
    /// Files need the key of the e-mail hash and there is none. Found before anything is touched.
    #[error("the seeds hash e-mail addresses and there is no key to do it with")]
    MissingKey {
        /// The files that need it.
        files: Vec<String>,
    },
    /// The server refused a statement or a row; nothing of that file stays.
    #[error("{failure}")]
    Sql {
        /// The file.
        file: String,
        /// The statement or row, as exactly as the server told.
        place: Box<Place>,
        /// What it said.
        failure: Box<SqlFailure>,
    },
    /// A seed gives rows for a table that does not exist.
    #[error("there is no table `{table}` to seed")]
    NoTable {
        /// The file.
        file: String,
        /// The table as the file names it.
        table: String,
    },
    /// A seed gives columns that the table does not have, or that compute themselves.
    #[error("table `{table}` has no column `{}` that can be written", columns.join("`, `"))]
    NoColumn {
        /// The file.
        file: String,
        /// The table.
        table: String,
        /// The columns that the seed gives in vain.
        columns: Vec<String>,
        /// Those that could be written.
        known: Vec<String>,
    },
    /// Nothing tells the rows of a table apart.
    #[error(
        "nothing tells the rows of `{table}` apart: it has no primary key that the seed gives, and the seed names no key"
    )]
    NoKey {
        /// The file.
        file: String,
        /// The table.
        table: String,
    },
    /// A file began or ended a transaction by itself.
    #[error("the seed `{file}` ends the transaction that it runs in")]
    TransactionControl {
        /// The file.
        file: String,
    },
    /// The server does not count what is written, so that nothing can be proved.
    #[error("the server does not count which rows a seed writes")]
    NotCounted,
    /// Somebody else is seeding this database.
    #[error("another run seeds this database, and did not end within {} seconds", waited.as_secs_f32())]
    Busy {
        /// Who, where it was still there when asked.
        holder: Option<String>,
        /// How long was waited.
        waited: Duration,
    },
    /// A second run would change something. Nothing of the second run stays.
    #[error("seeds are not idempotent: {} tables would change on a second run", repeats.len())]
    NotIdempotent {
        /// Each table that would change.
        repeats: Vec<Repeat>,
    },
    /// The connection failed, or the server refused what seeding itself asks of it.
    #[error("cannot go on seeding")]
    Connection(#[source] sqlx::Error),
}

/// A table that a second run of a file would change.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a second run of `{file}` changes `{table}`")]
pub struct Repeat {
    /// The file.
    pub file: String,
    /// The table.
    pub table: String,
    /// Rows that the second run inserted.
    pub inserted: u64,
    /// Rows that it updated, with equal values or others.
    pub updated: u64,
    /// Rows that it deleted.
    pub deleted: u64,
    /// Columns whose content differs afterwards.
    pub columns: Vec<String>,
}

impl Explain for Repeat {
    fn code(&self) -> &'static str {
        "seed/not-idempotent"
    }

    fn place(&self) -> Option<Place> {
        Some(Place::file(self.file.clone()))
    }

    fn facts(&self) -> Vec<Fact> {
        let rows = format!(
            "{} inserted, {} updated, {} deleted",
            self.inserted, self.updated, self.deleted
        );
        let mut facts = vec![Fact::new("rows", rows)];
        if !self.columns.is_empty() {
            facts.push(Fact::new("columns that differ", self.columns.join(", ")));
        }
        facts
    }

    fn why(&self) -> Option<String> {
        Some("seeds run again on every set-up; each run would leave other data behind, and no test could rely on it".to_owned())
    }

    fn hints(&self) -> Vec<String> {
        let hint = if self.inserted > 0 {
            "give the rows a key of their own and add `ON CONFLICT (…) DO NOTHING`, or write the seed as TOML"
        } else {
            "update only where something differs (`… DO UPDATE SET a = excluded.a WHERE t.a IS DISTINCT FROM excluded.a`), and write fixed moments instead of `now()`"
        };
        vec![hint.to_owned()]
    }
}

impl Explain for Error {
    fn code(&self) -> &'static str {
        match self {
            Self::NoFolder { .. } => "seed/no-folder",
            Self::Folder { .. } => "seed/folder",
            Self::MissingKey { .. } => "seed/missing-key",
            Self::Sql { .. } => "seed/sql",
            Self::NoTable { .. } => "seed/no-table",
            Self::NoColumn { .. } => "seed/no-column",
            Self::NoKey { .. } => "seed/no-key",
            Self::TransactionControl { .. } => "seed/transaction-control",
            Self::NotCounted => "seed/not-counted",
            Self::Busy { .. } => "seed/busy",
            Self::NotIdempotent { .. } => "seed/not-idempotent",
            Self::Connection(_) => "seed/connection",
        }
    }

    fn place(&self) -> Option<Place> {
        match self {
            Self::Sql { place, .. } => Some(Place::clone(place)),
            Self::NoTable { file, .. }
            | Self::NoColumn { file, .. }
            | Self::NoKey { file, .. }
            | Self::TransactionControl { file } => Some(Place::file(file.clone())),
            _ => None,
        }
    }

    fn facts(&self) -> Vec<Fact> {
        match self {
            Self::Sql { failure, .. } => failure.facts(),
            Self::MissingKey { files } => vec![Fact::new("needed by", files.join(", "))],
            Self::Busy {
                holder: Some(holder), ..
            } => vec![Fact::new("held by", holder.clone())],
            Self::NoColumn { known, .. } => vec![Fact::new("columns", known.join(", "))],
            _ => Vec::new(),
        }
    }

    fn why(&self) -> Option<String> {
        let why = match self {
            Self::MissingKey { .. } => {
                "seeds store a keyed hash in the place of each address; without the key the rows would differ from everybody else's"
            }
            Self::NoKey { .. } => "without a key a second run could not tell which rows are there already",
            Self::TransactionControl { .. } => {
                "a file runs in one transaction, so that it is there as a whole or not at all; what it committed itself has stayed"
            }
            Self::Busy { .. } => "two runs at once would both insert the same rows, and one would fail",
            Self::NotCounted => "`track_counts` is off, and idempotence is proved by what the server counts",
            Self::Sql { .. } => {
                "the file ran in one transaction: nothing of it has stayed, and the files before it are in place"
            }
            _ => return None,
        };
        Some(why.to_owned())
    }

    fn hints(&self) -> Vec<String> {
        let hint = match self {
            Self::MissingKey { .. } => {
                "give the key that your team shares; for a database of your own any key will do, such as that of `openssl rand -hex 32`"
            }
            Self::Sql { failure, .. }
                if failure.sqlstate == "42704" && failure.message.contains("seed.email_hash.") =>
            {
                "declare it in the head of the file: `-- db-fresh: email-hash NAME = LOCAL at DOMAIN`"
            }
            Self::Sql { failure, .. } if failure.sqlstate.starts_with("23") => {
                "the server's DETAIL is left out because it quotes the row's values"
            }
            Self::NoTable { .. } => "migrate first",
            Self::NoKey { .. } => "name the columns that tell rows apart: `key = [\"…\"]`",
            Self::TransactionControl { .. } => "take `BEGIN`, `COMMIT` and `ROLLBACK` out of the file",
            Self::NotCounted => {
                "run it as a user who may `SET track_counts = on`, or turn it on in the server's configuration"
            }
            _ => return Vec::new(),
        };
        vec![hint.to_owned()]
    }

    fn diagnostics(&self) -> Vec<Diagnostic> {
        match self {
            Self::Folder { problems } => problems.iter().map(Diagnostic::of).collect(),
            Self::NotIdempotent { repeats } => repeats.iter().map(Diagnostic::of).collect(),
            _ => vec![Diagnostic::of(self)],
        }
    }
}
