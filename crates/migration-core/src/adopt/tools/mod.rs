//! The one list of tools, and what is read from it: names, recognising a ledger, advisory locks.
//!
//! Out of scope: what the rows of a ledger mean.

mod catalog;
mod create;
mod list;
mod lock_keys;
mod names;
mod profile;
mod recognise;
mod tool;

pub(crate) use catalog::{candidates, candidates_as_text, candidates_in, column_list};
pub(crate) use create::create;
pub(crate) use lock_keys::lock_keys;
pub use names::UnknownTool;
pub(crate) use profile::{Checksum, Keeps};
pub(crate) use recognise::Candidate;
pub use tool::Tool;
