//! The proof: its steps, in order, a file each.

mod acquire;
mod both_ways;
mod causes;
mod command;
mod consumers;
mod contract;
mod inputs;
mod late;
mod levels;
mod migrate;
mod prelude;
mod problem;
mod purpose;
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
