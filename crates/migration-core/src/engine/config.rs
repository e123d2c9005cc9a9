//! What the caller decides about a run.

use std::{fmt, time::Duration};

use diagnostic::Values;

use super::{
    environment::{Environment, Protection},
    protected_rollback::ProtectedRollback,
    sessions::Sessions,
};

/// Where the ledger is, in which environment the database serves, how long to wait.
#[derive(Debug, Clone)]
pub struct Config {
    /// The ledger's place.
    pub ledger: LedgerTable,
    /// The environment that the database serves.
    pub environment: Environment,
    /// How long to wait for another runner to finish.
    pub lock_wait: Duration,
    /// How long one statement may wait for a lock on a table before the migration is rolled back and tried again: whatever
    /// comes after it queues behind it. Zero waits for ever.
    pub lock_timeout: Duration,
    /// How long a migration that met a lock or a deadlock is tried again, over all.
    pub retry_for: Duration,
    /// How long making a connection may take.
    pub connect_timeout: Duration,
    /// How long the server may take to answer a question of the runner's own. A migration has no such limit: while the server runs it,
    /// it is waited for. Once a second connection has seen for this time that the server does not run it, or got no answer itself, the
    /// run ends with [`Error::OutcomeUnknown`](crate::Error::OutcomeUnknown).
    pub answer_timeout: Duration,
    /// How long a message may take before a second connection looks what it waits for, and how often after that.
    pub look_every: Duration,
    /// How many migrations at most go into one message. Round trips fall with it; progress comes a message at a time.
    pub batch: usize,
    /// Whether a file finds what the files before it did to the session.
    pub sessions: Sessions,
    /// Who asked for the run, for the ledger. Not a secret, not an address.
    pub actor: String,
    /// The program and its version, for the ledger.
    pub tool: String,
    /// What becomes of a migration that arrives after a higher one ran.
    pub late: Late,
    /// What becomes of rows in the ledger that no file stands for.
    pub unknown: Unknown,
    /// Whether errors show values of rows. In a protected environment they never do.
    pub values: Values,
    /// What becomes of other tools' ledgers in a database that has none of ours.
    pub foreign_ledgers: ForeignLedgers,
    /// What becomes of a roll-back where the environment is protected.
    pub protected_rollback: ProtectedRollback,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            ledger: LedgerTable::default(),
            environment: Environment::default(),
            lock_wait: Duration::from_secs(300),
            lock_timeout: Duration::from_secs(4),
            retry_for: Duration::from_secs(60),
            connect_timeout: Duration::from_secs(30),
            answer_timeout: Duration::from_secs(30),
            look_every: Duration::from_millis(500),
            batch: 100,
            sessions: Sessions::Isolated,
            actor: String::new(),
            tool: concat!("migration-core ", env!("CARGO_PKG_VERSION")).to_owned(),
            late: Late::Refuse,
            unknown: Unknown::Refuse,
            foreign_ledgers: ForeignLedgers::Refuse,
            protected_rollback: ProtectedRollback::Refuse,
            values: Values::Hidden,
        }
    }
}

impl Config {
    /// Whether errors show values of rows here.
    pub(crate) fn shown_values(&self) -> Values {
        match self.environment.protection {
            Protection::Open => self.values,
            Protection::Protected => Values::Hidden,
        }
    }
}

/// What becomes of other tools' ledgers in a database that has none of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ForeignLedgers {
    /// Whatever they say, the run is refused: the database may be one that the tool migrated.
    #[default]
    Refuse,
    /// An empty one is no obstacle. For databases that were just made.
    AllowEmpty,
    /// The same, and the ledger of a folder's tool is made, empty, where the folder's migrations speak of it before one makes it: the
    /// tool makes it before the first of them.
    Supply,
}

/// The ledger's place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerTable {
    /// Its schema, made where it is not there.
    pub schema: String,
    /// Its name. Two more tables go by it, with `_progress` and `_audit` at the end.
    pub table: String,
}

impl Default for LedgerTable {
    fn default() -> Self {
        Self {
            schema: "public".into(),
            table: "schema_migrations".into(),
        }
    }
}

impl fmt::Display for LedgerTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.schema, self.table)
    }
}

impl LedgerTable {
    /// The three tables, as they are called.
    pub fn tables(&self) -> [String; 3] {
        [
            self.table.clone(),
            format!("{}_progress", self.table),
            format!("{}_audit", self.table),
        ]
    }

    pub(crate) fn rows(&self) -> String {
        self.quoted("")
    }

    pub(crate) fn progress(&self) -> String {
        self.quoted("_progress")
    }

    pub(crate) fn audit(&self) -> String {
        self.quoted("_audit")
    }

    fn quoted(&self, suffix: &str) -> String {
        format!(
            "{}.{}",
            identifier(&self.schema),
            identifier(&format!("{}{suffix}", self.table))
        )
    }
}

/// A name in double quotes.
pub(crate) fn identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A text as a literal that reads the same whatever `standard_conforming_strings` says.
pub(crate) fn literal(text: &str) -> String {
    let doubled = text.replace('\'', "''");
    if text.contains('\\') {
        format!("E'{}'", doubled.replace('\\', "\\\\"))
    } else {
        format!("'{doubled}'")
    }
}

/// What becomes of a migration that arrives after a higher one ran.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Late {
    /// The run is refused, and the ways out are named.
    Refuse,
    /// It runs, and the ledger says that it was late.
    Allow,
}

/// What becomes of rows in the ledger that no file stands for: files that were removed, or a database that is ahead of a
/// program that was rolled back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unknown {
    /// The run is refused.
    Refuse,
    /// Those that come after the folder's newest are left alone, any other is refused: for a service of which an older version
    /// may start again while a newer one has migrated already.
    AllowNewer,
    /// They are left alone.
    Allow,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_and_backslashes_survive() {
        assert_eq!(literal("it's"), "'it''s'");
        assert_eq!(literal(r"a\'b"), r"E'a\\''b'");
        assert_eq!(identifier("a\"b"), "\"a\"\"b\"");
    }
}
