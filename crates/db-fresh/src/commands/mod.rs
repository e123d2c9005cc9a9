//! The commands beside the proof, one file each.

mod adopt;
mod confirm;
mod contract_diff;
mod contract_docs;
mod decide;
mod dispatch;
mod drift;
mod guard;
mod migrate;
mod new;
mod plan;
mod preflight;
mod problem;
mod provision;
mod ready;
mod redis_health;
mod rollback;
mod seed;
mod smoke;
mod wait;

pub(crate) use dispatch::run;
pub use problem::CommandProblem;
