//! What makes a table unfit to be the ledger: it hides rows, loses them, or changes what is written.

use std::fmt;

/// What makes a table unfit to be the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum LedgerFault {
    /// Row level security applies to the role that runs: rows may be hidden from it.
    RowSecurity,
    /// It is not a plain table, but a view, a foreign table, a partitioned table.
    NotATable {
        /// What it is.
        kind: String,
    },
    /// It is a partition of another table.
    Partition,
    /// It is unlogged: a crash of the server empties it.
    Unlogged,
    /// Tables inherit from it: their rows look like its own.
    Children {
        /// Their names.
        names: Vec<String>,
    },
    /// Rules rewrite what is written to it.
    Rules {
        /// Their names.
        names: Vec<String>,
    },
    /// Triggers run when it is written. Only a write that did not happen makes them a fault.
    Triggers {
        /// Their names.
        names: Vec<String>,
    },
}

impl LedgerFault {
    /// What helps, as a statement or a piece of advice.
    pub(crate) fn hint(&self, table: &str) -> String {
        match self {
            Self::RowSecurity => format!(
                "run as the owner of the table after `ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY`, or as a role with BYPASSRLS"
            ),
            Self::NotATable { .. } => "give the ledger a name or a schema where nothing else is".into(),
            Self::Partition => {
                "detach it from the table that it is a partition of: `ALTER TABLE … DETACH PARTITION …`"
                    .into()
            }
            Self::Unlogged => format!("`ALTER TABLE {table} SET LOGGED`"),
            Self::Children { names } => {
                let child = names.first().map_or("…", String::as_str);
                format!("`ALTER TABLE {child} NO INHERIT {table}`")
            }
            Self::Rules { names } => {
                let rule = names.first().map_or("…", String::as_str);
                format!("`DROP RULE {rule} ON {table}`")
            }
            Self::Triggers { names } => {
                let trigger = names.first().map_or("…", String::as_str);
                format!(
                    "let the trigger leave the ledger's rows as they are, or `DROP TRIGGER {trigger} ON {table}`"
                )
            }
        }
    }
}

/// As a clause about the table: `is a view`.
impl fmt::Display for LedgerFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let listed = |names: &[String]| {
            let names: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
            names.join(", ")
        };
        match self {
            Self::RowSecurity => f.write_str("has row level security, which may hide rows from this role"),
            Self::NotATable { kind } => write!(f, "is {kind}"),
            Self::Partition => f.write_str("is a partition of another table"),
            Self::Unlogged => f.write_str("is unlogged: a crash of the server empties it"),
            Self::Children { names } => {
                write!(f, "has tables that inherit from it: {}", listed(names))
            }
            Self::Rules { names } => write!(f, "has rules that rewrite what is written: {}", listed(names)),
            Self::Triggers { names } => write!(f, "has triggers: {}", listed(names)),
        }
    }
}
