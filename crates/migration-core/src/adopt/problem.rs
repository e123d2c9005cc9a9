//! What keeps a database from being taken over, or given back. All of it is found before anything is written.

use diagnostic::{Explain, Fact, Place};

use super::tools::Tool;
use crate::LedgerTable;

/// One reason not to take over.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AdoptProblem {
    /// The tool has no ledger here.
    #[error("there is no ledger of {tool} in this database")]
    NoLedger {
        /// The tool.
        tool: Tool,
        /// The table that was looked for.
        looked_for: String,
        /// Ledgers of other tools that are there, each with its tool.
        found: Vec<(LedgerTable, Tool)>,
    },
    /// There are several tables that could be its ledger.
    #[error("there are several ledgers of {tool}: {}", list(.tables))]
    SeveralLedgers {
        /// The tool.
        tool: Tool,
        /// The tables.
        tables: Vec<LedgerTable>,
    },
    /// Row level security applies to the role that reads: rows of the ledger may be hidden from it.
    #[error("`{table}`, the ledger of {tool}, has row level security, which may hide rows from this role")]
    Hidden {
        /// The tool.
        tool: Tool,
        /// The table.
        table: LedgerTable,
    },
    /// Our own ledger would have to lie where another tool's table is.
    #[error("our ledger cannot be made: `{table}` is another tool's table")]
    PlaceTaken {
        /// The table.
        table: LedgerTable,
    },
    /// Our own ledger has rows for these migrations already.
    #[error("component `{component}` is in our ledger already, with {rows} migrations")]
    Already {
        /// The component.
        component: String,
        /// How many.
        rows: usize,
    },
    /// A migration differs from what the tool applied.
    #[error("migration `{file}` is not the one that {tool} applied")]
    Edited {
        /// The tool.
        tool: Tool,
        /// What our ledger would call it.
        file: String,
        /// Its path.
        path: String,
        /// The tool's checksum.
        recorded: String,
        /// When it was applied, where the tool says so.
        at: Option<String>,
    },
    /// The tool applied something that the folder does not have.
    #[error("{tool} applied `{name}`, and the folder does not have it")]
    Missing {
        /// The tool.
        tool: Tool,
        /// The version or name, as the tool has it.
        name: String,
        /// The folder.
        folder: String,
        /// When it was applied, where the tool says so.
        at: Option<String>,
    },
    /// The tool began something and did not end it well.
    #[error("{tool} says that `{name}` failed half-way")]
    Failed {
        /// The tool.
        tool: Tool,
        /// The version or name, as the tool has it.
        name: String,
    },
    /// The tool is in the middle of something, which looks like a failure until it ends.
    #[error("{tool} is at work on `{name}`")]
    AtWork {
        /// The tool.
        tool: Tool,
        /// The version or name, as the tool has it.
        name: String,
        /// Who holds its lock.
        holder: String,
    },
    /// The other ledger changed between the look at it and the writing.
    #[error("{tool} changed its ledger in the meantime")]
    Changed {
        /// The tool.
        tool: Tool,
    },
    /// The tool's ledger cannot say what ours says.
    #[error("our ledger cannot be written as one of {tool}: {why}")]
    NotExpressible {
        /// The tool.
        tool: Tool,
        /// Why, as a clause.
        why: String,
    },
    /// Our ledger has no migration that the tool's, which is not there yet, could have.
    #[error("there is nothing to write into a ledger of {tool}: no migration is applied")]
    NothingApplied {
        /// The tool.
        tool: Tool,
    },
}

impl Explain for AdoptProblem {
    fn code(&self) -> &'static str {
        match self {
            Self::NoLedger { .. } => "adopt/no-ledger",
            Self::SeveralLedgers { .. } => "adopt/several-ledgers",
            Self::Hidden { .. } => "adopt/hidden",
            Self::PlaceTaken { .. } => "adopt/place-taken",
            Self::Already { .. } => "adopt/already",
            Self::Edited { .. } => "adopt/edited",
            Self::Missing { .. } => "adopt/missing",
            Self::Failed { .. } => "adopt/failed",
            Self::AtWork { .. } => "adopt/at-work",
            Self::Changed { .. } => "adopt/changed",
            Self::NotExpressible { .. } => "export/not-expressible",
            Self::NothingApplied { .. } => "export/nothing-applied",
        }
    }

    fn place(&self) -> Option<Place> {
        match self {
            Self::Edited { path, .. } => Some(Place::file(path.clone())),
            Self::Missing { folder, .. } => Some(Place::file(folder.clone())),
            _ => None,
        }
    }

    fn facts(&self) -> Vec<Fact> {
        let applied = |at: &Option<String>| at.clone().map(|at| Fact::new("applied", at));
        match self {
            Self::NoLedger {
                looked_for, found, ..
            } => {
                let mut facts = vec![Fact::new("looked for", looked_for.clone())];
                let found = found.iter();
                facts.extend(
                    found.map(|(table, tool)| Fact::new("found", format!("`{table}`, a ledger of {tool}"))),
                );
                facts
            }
            Self::Edited {
                tool, recorded, at, ..
            } => {
                let kept = if recorded.chars().count() > 100 {
                    format!("{}…", recorded.chars().take(100).collect::<String>())
                } else {
                    recorded.clone()
                };
                let mut facts = vec![Fact::new(format!("checksum of {tool}"), kept)];
                facts.extend(applied(at));
                facts
            }
            Self::Missing { at, .. } => applied(at).into_iter().collect(),
            Self::AtWork { holder, .. } => vec![Fact::new("holder", holder.clone())],
            _ => Vec::new(),
        }
    }

    fn why(&self) -> Option<String> {
        let why = match self {
            Self::Edited { .. } => "what this database ran is not what a new one would run",
            Self::Missing { .. } => "a new database would be built without it",
            Self::Failed { .. } => "some of it may be there and some not, which only a person can find out",
            Self::AtWork { .. } => "its ledger says how things stand once it is done",
            Self::Already { .. } => {
                "taking over again would say nothing new, or contradict what is on record"
            }
            Self::PlaceTaken { .. } => "a table of another tool is never written",
            Self::Hidden { .. } => "a migration of which no row is seen would run again",
            Self::NothingApplied { .. } => {
                "a database with an empty ledger looks like one that the tool migrated"
            }
            _ => return None,
        };
        Some(why.to_owned())
    }

    fn hints(&self) -> Vec<String> {
        match self {
            Self::Edited { path, .. } => {
                vec![format!("restore the file as it was applied: `git log -- {path}`")]
            }
            Self::Missing { folder, .. } => {
                vec![format!(
                    "bring it back: `git log --diff-filter=D --name-only -- {folder}`"
                )]
            }
            Self::Failed { tool, .. } => vec![format!(
                "put it right with {tool} first, so that its ledger calls it applied or not applied"
            )],
            Self::AtWork { .. } => {
                vec!["run it again when it is done, and leave its ledger alone until then".into()]
            }
            Self::Hidden { table, .. } => vec![format!(
                "run as the owner of the table after `ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY`, or as a role with BYPASSRLS"
            )],
            Self::NothingApplied { tool } => {
                vec![format!("{tool} makes its ledger itself when it first runs")]
            }
            Self::Changed { .. } => vec!["run it again when nobody else migrates this database".into()],
            _ => Vec::new(),
        }
    }
}

fn list(tables: &[LedgerTable]) -> String {
    tables
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(", ")
}
