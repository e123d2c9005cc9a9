//! How a consumer's queries are checked.

use diagnostic::Values;

/// How a consumer's queries are checked.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ConsumerConfig {
    /// The consumer's name.
    pub consumer: String,
    /// The role it connects as, with what `ALTER ROLE … SET` gives it; `None` checks with the rights and settings of the
    /// connection.
    pub role: Option<String>,
    /// Its `search_path`; `None` leaves that of the role, and without one the connection's own.
    pub search_path: Option<String>,
    /// Whether its queries are run.
    pub execution: Execution,
    /// Whether errors show values: those of rows, and the literals of the queries.
    pub values: Values,
}

/// Whether queries are run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Execution {
    /// They are prepared and planned only.
    #[default]
    Never,
    /// They are run with example values in a transaction that is rolled back. Sequences are set back afterwards: a database
    /// that others write to at the same time should not be checked in this way. What a function does outside of the
    /// database is not undone.
    RolledBack,
}
