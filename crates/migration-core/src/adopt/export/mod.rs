//! Exporting our ledger to another tool: the plan, and the writing of the tool's ledger.

mod entry;
mod plan;
mod rows;
mod run;

pub use plan::{ExportPlan, export_plan};
pub use run::export;
