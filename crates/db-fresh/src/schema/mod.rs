//! Where schemas come from: scratch databases, replays, revisions of a repository, live databases and recorded contracts.

mod adopted_ledger;
mod build;
mod config;
mod connection;
mod prelude;
mod problem;
mod replay;
mod revision;
mod scratch;
mod server;
mod source;
mod trace;

pub(crate) use adopted_ledger::leave_out;
pub(crate) use build::{Builder, only, order_note, without_column_order};
pub(crate) use config::{foreign_ledgers, scratch_config};
pub(crate) use connection::{close, connect_to};
pub(crate) use prelude::Prelude;
pub use problem::SchemaProblem;
pub(crate) use replay::Replay;
pub(crate) use revision::Revision;
pub(crate) use scratch::ScratchServer;
pub(crate) use server::{acquire_server, choice};
pub(crate) use source::Source;
pub(crate) use trace::traced;
