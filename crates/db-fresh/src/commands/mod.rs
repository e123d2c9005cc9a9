//! The commands beside the proof, one file each.

mod abandon;
mod adopt;
mod confirm;
mod contract_diff;
mod contract_docs;
mod dispatch;
mod drift;
mod guard;
mod interrupted;
mod mark_applied;
mod migrate;
mod new;
mod plan;
mod preflight;
mod problem;
mod protected;
mod provision;
mod ready;
mod redis_health;
mod resume;
mod rollback;
mod seed;
mod smoke;
mod unnamed;
mod wait;

pub(crate) use dispatch::run;
pub use problem::CommandProblem;
