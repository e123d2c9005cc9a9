//! What this program adds to the errors of the crates below: the command, the flag or the setting that helps.
//!
//! The crates know neither. One file a crate, with one function that describes its error and adds to each diagnostic. Commands are
//! written as the program `db-fresh` has them: `` `db-fresh wait` ``, plain `` `db-fresh` `` for the proof.

mod adopt;
mod contract;
mod environment;
mod folder;
mod migration;
#[cfg(feature = "cli")]
mod preflight;
mod readiness;
#[cfg(feature = "cli")]
mod redis;
#[cfg(feature = "cli")]
mod seeding;
#[cfg(feature = "cli")]
mod server;
mod unfit;

pub(crate) use contract::contract;
#[cfg(feature = "cli")]
pub(crate) use environment::NAME_ENVIRONMENT;
pub(crate) use folder::folder;
#[cfg(feature = "cli")]
pub(crate) use folder::{folder_problem, size_limit};
pub(crate) use migration::migration;
#[cfg(feature = "cli")]
pub(crate) use preflight::preflight;
pub(crate) use readiness::readiness;
#[cfg(feature = "cli")]
pub(crate) use redis::redis;
#[cfg(feature = "cli")]
pub(crate) use seeding::seeding;
#[cfg(feature = "cli")]
pub(crate) use server::server;
