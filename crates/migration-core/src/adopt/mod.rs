//! Taking over a database that another tool migrated, and giving it back: what that tool's ledger says, and how it fits a folder.
//!
//! Pure functions of rows and files. Left out on purpose: the database, which the engine asks.

mod checksum;
mod compare;
mod foreign;
mod give_back;
mod lock_key;
mod problem;
mod question;
mod tool;

pub(crate) use checksum::Width;
pub(crate) use compare::compare;
pub use compare::{AdoptItem, AdoptState, Check};
pub(crate) use foreign::{Row, Standing};
pub(crate) use give_back::{Entry, entry, refuses};
pub(crate) use lock_key::lock_keys;
pub use problem::AdoptProblem;
pub(crate) use question::rows;
pub use tool::{Tool, UnknownTool};
