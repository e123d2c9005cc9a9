//! The proof: its steps, in order, a file each.

mod acquire;
mod alone;
mod blame;
mod both_ways;
mod bottom;
mod causes;
mod command;
mod consumers;
mod contract;
mod culprit;
mod inputs;
mod late;
mod left_behind;
mod levels;
mod migrate;
mod prelude;
mod problem;
mod purpose;
mod reader;
pub(crate) mod report;
mod rollback;
mod run;
mod seed;
mod sessions;
mod steps;

pub use problem::ProofProblem;
pub(crate) use purpose::Purpose;
pub(crate) use run::run;
pub use sessions::{Difference, SessionState};
