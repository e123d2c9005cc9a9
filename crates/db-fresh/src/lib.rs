//! Proves that a Postgres database can be built from nothing, and keeps what is unproven from a real one.
//!
//! The programs `db-fresh` and `cargo-db-fresh` are [`main`]. A workspace has the same as a runner of its own:
//!
//! ```no_run
//! fn main() -> std::process::ExitCode {
//!     db_fresh::main()
//! }
//! ```

pub mod cli;
mod commands;
mod config;
mod context;
mod database;
mod execute;
mod exit;
mod failure;
mod hints;
mod output;
mod program;
mod project;
mod prove;
mod schema;

pub use config::hide_the_runner;
pub use execute::{execute, main};
pub use output::parse;
pub use program::Program;
