//! The provider `local`: a private server from programs that are installed on this machine.
//!
//! A server has a folder of its own, stamped with a lock that only its watchdog holds: a process that can take the lock knows that
//! the folder has no owner any more.

mod address;
mod binaries;
mod cache;
mod certificate;
mod data_dir;
mod files;
mod run_dir;
mod server;
mod start;
mod sweep;
mod user;
mod watchdog;

pub use certificate::Certificate;
pub(crate) use server::LocalServer;
pub(crate) use start::{start, start_from};
pub(crate) use user::User;
