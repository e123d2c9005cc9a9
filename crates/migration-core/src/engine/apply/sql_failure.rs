//! A statement of a migration that the server refused, as data.

use diagnostic::{Fact, Place};

use super::aftermath::Aftermath;
use crate::{Direction, Format};

/// A statement of a migration that the server refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SqlFailure {
    /// The component.
    pub component: String,
    /// What the ledger calls the migration.
    pub file: String,
    /// The line and column, or the file alone where the server did not say and it cannot be counted.
    pub place: Place,
    /// The SQLSTATE.
    pub sqlstate: String,
    /// The server's message, without values of rows unless they are to be shown.
    pub message: String,
    /// Its detail, hint and context, what was done when it came, and who blocked the statement, as labelled facts.
    pub details: Vec<Fact>,
    /// Whether values were left out of the message or the facts that [`crate::Config::values`] shows. In a protected environment
    /// nothing shows them.
    pub values_hidden: bool,
    /// What is behind it, where that can be told.
    pub cause: Option<SqlCause>,
    /// What stands of the migration, and how many ran before it.
    pub aftermath: Aftermath,
}

/// What is behind a refusal, by its SQLSTATE and by what the files say.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum SqlCause {
    /// A migration that runs later creates what the statement needs (42P01, 42704, 42883, 3F000).
    CreatedLater {
        /// The component of that migration.
        component: String,
        /// Where it creates it.
        place: Place,
    },
    /// No migration creates what the statement needs (42P01, 42704, 42883, 3F000).
    CreatedNowhere {
        /// What the server calls it.
        name: String,
    },
    /// The migration took away the table that records what is applied, or its schema (42P01, 3F000).
    LedgerGone,
    /// A migration before it made what the statement needs in its session, or set the search path there, and that session is over
    /// (42P01, 42704, 42883, 3F000, 26000, 34000).
    LeftInSession {
        /// What was made or set there.
        what: String,
        /// Where.
        place: Place,
    },
    /// The role lacks a right (42501).
    MissingPrivilege,
    /// The server does not have an extension's files (0A000).
    ExtensionNotInstalled,
    /// What the statement creates is there already (42P07, 42710, 42701, 42P06).
    AlreadyExists,
    /// The statement works outside of a transaction only, and the migration runs in one (25001, 2D000).
    InTransaction {
        /// The format of the folder, which has a way of its own to say so.
        format: Format,
        /// Whether it is the up script or the down script.
        direction: Direction,
    },
    /// The statement works alone in a message only, and the tool of the format sends others with it (25001, 2D000).
    InOneMessage {
        /// The format.
        format: Format,
    },
    /// The statement works outside of a transaction only, and the file begins one itself (25001, 2D000).
    InOwnTransaction,
    /// Another session held a lock for too long (55P03), or each of two waited for the other (40P01).
    Blocked,
}

impl SqlCause {
    /// What may help, beyond what the server says.
    pub fn hint(&self) -> String {
        match self {
            Self::CreatedLater { component, place } => format!(
                "`{}` creates it in line {}, and runs later ({component}): the order is wrong",
                place.file,
                place.line.unwrap_or(1)
            ),
            Self::CreatedNowhere { name } => {
                format!(
                    "no migration creates `{name}`: does the platform provide it?"
                )
            }
            Self::LedgerGone => {
                "the migration removes or renames the ledger, which records what is applied, or its schema: leave that out of the migration, or give the ledger a place of its own".into()
            }
            Self::LeftInSession { what, place } => format!(
                "`{}` makes {what} in line {}, in its own session: each migration begins with a new one",
                place.file,
                place.line.unwrap_or(1)
            ),
            Self::MissingPrivilege => {
                "give the role the right it lacks, as its owner or a superuser: `GRANT CREATE ON SCHEMA … TO …` for new objects, ownership for changes".into()
            }
            Self::ExtensionNotInstalled => {
                "install the extension on the server, or use a server that has it".into()
            }
            Self::AlreadyExists => {
                "it is there already: was this database migrated by hand or by another tool?".into()
            }
            Self::InTransaction { format, direction } => without_transaction(*format, *direction),
            Self::InOneMessage { format } => {
                format!("put the statement into a migration of its own: {format} sends a file as one message, which the server runs in one transaction")
            }
            Self::InOwnTransaction => {
                "take the statement out of the transaction that the file begins itself".into()
            }
            Self::Blocked => {
                "somebody else holds the lock; run it again when the database is less busy".into()
            }
        }
    }
}

/// How a format says that a script runs without a transaction.
fn without_transaction(format: Format, direction: Direction) -> String {
    let is_down = direction == Direction::Down;
    let way = match format {
        Format::Native => "`-- db-fresh: no-transaction` before the first statement of the file",
        Format::Sqlx => {
            "`-- no-transaction` as the first line of the file, and nothing but this statement in it"
        }
        Format::Goose => "`-- +goose NO TRANSACTION` at the beginning of the file",
        Format::Dbmate if is_down => {
            "`-- migrate:down transaction:false`, and nothing but this statement below it"
        }
        Format::Dbmate => "`-- migrate:up transaction:false`, and nothing but this statement below it",
        Format::Flyway => {
            "`executeInTransaction=false` in a file beside it that has its name and `.conf` at the end"
        }
        Format::Diesel => {
            "`run_in_transaction = false` in its `metadata.toml`, and nothing but this statement in the file"
        }
        Format::Tern => "the line `---- tern: disable-tx ----`",
        Format::SqlMigrate if is_down => "`-- +migrate Down notransaction`",
        Format::SqlMigrate => "`-- +migrate Up notransaction`",
        Format::Refinery
        | Format::NodePgMigrate
        | Format::Supabase
        | Format::GolangMigrate
        | Format::Prisma => {
            return format!(
                "{format} runs every SQL file in a transaction: run the statement outside of its migrations"
            );
        }
    };
    format!("let it run without a transaction: {way}")
}
