//! What is known of a tool: the fields of one entry of the list.

use super::Tool;
use crate::Format;

/// A tool, its ledger and how it keeps it.
#[derive(Debug)]
pub(crate) struct Profile {
    pub(crate) tool: Tool,
    /// As flags and settings spell it.
    pub(crate) name: &'static str,
    /// The format of its folders; none for runners that have no format of their own.
    pub(crate) format: Option<Format>,
    pub(crate) schema: Schema,
    /// The names that its ledger has unless it is told otherwise, today's first.
    pub(crate) tables: &'static [&'static str],
    /// Columns that every version of its ledger has.
    pub(crate) columns: &'static [(&'static str, Type)],
    pub(crate) further: Further,
    /// Columns that its ledger never has, and those of other tools under the same name do.
    pub(crate) lacks: &'static [&'static str],
    pub(crate) keeps: Keeps,
    pub(crate) checksum: Checksum,
    pub(crate) lock: Lock,
}

/// The schema of a ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Schema {
    /// That of the session's search path, which is `public` unless somebody changed it.
    SearchPath,
    /// Always this one.
    Only(&'static str),
}

/// The types that a column may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Type {
    Text,
    Int4,
    Integer,
    Bool,
    Time,
    Bytes,
}

impl Type {
    /// The names of these types in `pg_type`.
    pub(crate) fn names(self) -> &'static [&'static str] {
        match self {
            Self::Text => &["text", "varchar", "bpchar"],
            Self::Int4 => &["int4"],
            Self::Integer => &["int2", "int4", "int8"],
            Self::Bool => &["bool"],
            Self::Time => &["timestamp", "timestamptz"],
            Self::Bytes => &["bytea"],
        }
    }
}

/// Whether a table with more columns than those of the profile may still be the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Further {
    /// The table's name says enough, or later versions of the tool add columns.
    Allowed,
    /// The name and the columns are such as an application's own table may have.
    Never,
}

/// What the rows of a ledger are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keeps {
    /// A row for each migration.
    Rows,
    /// One row that says how far it came.
    Mark,
}

/// What a ledger keeps of a file's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Checksum {
    None,
    /// SHA-384 of the bytes.
    Sha384,
    /// SHA-256 of the bytes, in hexadecimal digits.
    Sha256,
    /// Signed CRC32 over the lines.
    Crc32OfLines,
    /// SipHash-1-3 over name, version and text.
    SipHash,
    /// The statements themselves.
    Statements,
    /// A hash whose kind is seen from its length.
    ByLength,
}

/// The advisory lock that a tool takes while it works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lock {
    /// It takes none: only the lock on its table stops it.
    None,
    /// One key for every database.
    Key(i64),
    /// A key made of the database's name, as sqlx makes it.
    OfDatabase,
    /// A key made of schema, table and database, as golang-migrate makes it.
    OfTableAndDatabase,
    /// A key made of the table's qualified name, as Flyway makes it.
    OfTable,
}
