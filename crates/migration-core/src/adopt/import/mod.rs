//! Adopting a database that another tool migrated: the plan, and the writing of our ledger.

mod plan;
mod rows;
mod run;

pub use plan::{AdoptPlan, adopt_plan};
pub use run::adopt;
