//! What makes the ledger itself not fit to be read and written. All of it is found before anything runs.

use diagnostic::{Explain, Fact};

use crate::LedgerFault;

/// One reason not to use the ledger that is there, or that is to be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LedgerProblem {
    /// A newer version made the ledger's tables, and keeps something in them that this one does not know.
    #[error("the ledger was written by a newer version (layout {layout}; this one knows {known})")]
    Newer {
        /// The table.
        table: String,
        /// Its layout.
        layout: String,
        /// The highest that is known here.
        known: u32,
    },
    /// A table cannot be the ledger, since rows may be hidden or lost there.
    #[error("`{table}` cannot be the ledger: it {fault}")]
    Unfit {
        /// The table.
        table: String,
        /// Why.
        fault: LedgerFault,
    },
    /// The ledger cannot have this name.
    #[error("the ledger cannot have the {part} `{}`: {why}", .name.escape_debug())]
    Name {
        /// `schema` or `table`.
        part: &'static str,
        /// The name.
        name: String,
        /// Why, as a clause.
        why: String,
    },
}

impl Explain for LedgerProblem {
    fn code(&self) -> &'static str {
        match self {
            Self::Newer { .. } => "migration/ledger-newer",
            Self::Unfit {
                fault: LedgerFault::RowSecurity,
                ..
            } => "migration/ledger-hidden",
            Self::Unfit { .. } => "migration/ledger-unfit",
            Self::Name { .. } => "migration/ledger-name",
        }
    }

    fn facts(&self) -> Vec<Fact> {
        match self {
            Self::Newer { table, .. } => vec![Fact::new("table", table.clone())],
            Self::Unfit { .. } | Self::Name { .. } => Vec::new(),
        }
    }

    fn why(&self) -> Option<String> {
        match self {
            Self::Newer { .. } => Some("what this version does not know it would not keep".into()),
            Self::Unfit { .. } => Some("a migration of which no row is seen would run again".into()),
            Self::Name { .. } => None,
        }
    }

    fn hints(&self) -> Vec<String> {
        match self {
            Self::Newer { .. } => vec!["use the version that wrote it, or a later one".into()],
            Self::Unfit { table, fault } => vec![fault.hint(table)],
            Self::Name { .. } => Vec::new(),
        }
    }
}
