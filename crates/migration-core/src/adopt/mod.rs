//! Other tools: recognising their ledgers, adopting a database that one of them migrated, and exporting one to them.

mod adopted_ledgers;
mod checksum;
mod compare;
mod entry;
mod export;
mod export_sql;
mod foreign_row;
mod import;
mod lock_key;
mod look_up;
mod problem;
mod question;
mod tool;

pub use adopted_ledgers::{AdoptedLedger, adopted_from};
pub use compare::{AdoptItem, AdoptState, Check};
pub use export::{ExportPlan, export, export_plan};
pub use import::{AdoptPlan, adopt, adopt_plan};
pub use look_up::ForeignLedger;
pub use problem::AdoptProblem;
pub use tool::{Tool, UnknownTool};
