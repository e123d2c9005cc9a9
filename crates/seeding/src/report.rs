//! What a run of seeds did, as values for whoever prints it.

use std::time::Duration;

use serde::{Serialize, Serializer};

/// What a run of seeds did.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// The component whose seeds they are.
    pub component: String,
    /// The files in the order in which they ran.
    pub files: Vec<FileReport>,
    /// How long it took, in JSON in milliseconds.
    #[serde(rename = "duration_ms", serialize_with = "milliseconds")]
    pub duration: Duration,
}

/// What one file did.
#[derive(Debug, Clone, Serialize)]
pub struct FileReport {
    /// The path, as the caller gave the folder.
    pub file: String,
    /// Whether it ran.
    #[serde(flatten)]
    pub outcome: Outcome,
    /// The tables that it wrote or gave rows for, by name.
    pub tables: Vec<TableReport>,
    /// How long it took, in JSON in milliseconds.
    #[serde(rename = "duration_ms", serialize_with = "milliseconds")]
    pub duration: Duration,
}

/// Whether a file ran.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome {
    /// It ran and was committed.
    Applied,
    /// It ran a second time, changed nothing, and was taken back.
    Unchanged,
    /// It is for other environments.
    Skipped {
        /// Why, as a sentence without a full stop.
        why: String,
    },
}

/// What one file did to one table.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct TableReport {
    /// The table, with its schema unless that is `public`.
    pub table: String,
    /// Rows inserted.
    pub inserted: u64,
    /// Rows updated.
    pub updated: u64,
    /// Rows deleted.
    pub deleted: u64,
    /// Rows that were there already as the seed wants them; absent where nobody counts them (SQL files).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unchanged: Option<u64>,
    /// Rows that a second run wrote anew with the values they had: no change, only work.
    #[serde(skip_serializing_if = "is_zero")]
    pub rewritten: u64,
    /// The columns that the seed wants reported, a text a row: `slug=acme id=6f1c…`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ids: Vec<String>,
}

/// Sums over all files and tables.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Totals {
    /// Rows inserted.
    pub inserted: u64,
    /// Rows updated.
    pub updated: u64,
    /// Rows deleted.
    pub deleted: u64,
    /// Rows known to be unchanged.
    pub unchanged: u64,
}

/// What a run is at, for whoever shows it.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum Progress<'a> {
    /// A file begins.
    Started {
        /// Its path.
        file: &'a str,
    },
    /// A file is done or was skipped.
    Finished(&'a FileReport),
}

impl Report {
    /// Sums over all files and tables.
    pub fn totals(&self) -> Totals {
        let tables = self.files.iter().flat_map(|file| &file.tables);
        tables.fold(Totals::default(), |sum, table| Totals {
            inserted: sum.inserted + table.inserted,
            updated: sum.updated + table.updated,
            deleted: sum.deleted + table.deleted,
            unchanged: sum.unchanged + table.unchanged.unwrap_or(0),
        })
    }
}

fn milliseconds<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u64(u64::try_from(duration.as_millis()).unwrap_or(u64::MAX))
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde calls it with a reference"
)]
fn is_zero(count: &u64) -> bool {
    *count == 0
}
