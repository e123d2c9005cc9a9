//! Other tools: recognising their ledgers, adopting a database that one of them migrated, and exporting our ledger to them.

mod adopted_ledgers;
mod check;
mod checksums;
mod commit;
mod compare;
mod export;
mod foreign_row;
mod import;
mod locks;
mod look_up;
mod problem;
mod refuse;
mod row_query;
mod spoken_of;
pub(crate) mod tools;

pub use adopted_ledgers::{AdoptedLedger, adopted_from};
pub use check::Check;
pub use compare::{AdoptItem, AdoptState};
pub use export::{ExportPlan, export, export_plan};
pub use import::{AdoptPlan, adopt, adopt_plan};
pub use look_up::ForeignLedger;
pub use problem::AdoptProblem;
pub(crate) use row_query::row_query;
pub use tools::{Tool, UnknownTool};
