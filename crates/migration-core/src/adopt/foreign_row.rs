//! A row of another tool's ledger, in words that are the same for all of them.

/// What a tool says of one migration.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Row {
    /// The version, or what stands for it; empty where the tool goes by names.
    pub(crate) version: String,
    /// The name, file name or description.
    pub(crate) name: String,
    pub(crate) state: RowState,
    /// Its checksum as the tool keeps it, or the statements where it keeps those.
    pub(crate) checksum: Option<String>,
    /// When it was applied: a text that the server reads as a time.
    pub(crate) at: Option<String>,
    /// How long it took, in microseconds.
    pub(crate) micros: Option<i64>,
    /// The type of the version column, where that makes a difference.
    pub(crate) kind: String,
}

/// How a migration stands in the other ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum RowState {
    #[default]
    Applied,
    /// It began and did not end well.
    Failed,
    /// It was applied and taken back.
    Undone,
    /// Everything up to here is taken for applied.
    UpTo,
    /// As that, with a mark that the last one failed.
    FailedUpTo,
}

impl RowState {
    pub(crate) fn of(word: &str) -> Self {
        match word {
            "failed" => Self::Failed,
            "undone" => Self::Undone,
            "up to" => Self::UpTo,
            "failed up to" => Self::FailedUpTo,
            _ => Self::Applied,
        }
    }
}
