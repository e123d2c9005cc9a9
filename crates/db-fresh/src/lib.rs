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
mod error;
mod execute;
mod exit;
mod hints;
mod output;
mod program;
mod project;
mod prove;
mod schema;

pub use commands::CommandProblem;
pub use config::{ConfigProblem, hide_the_runner};
pub use error::{Error, ShownPath};
pub use execute::{execute, main};
pub use output::parse;
pub use program::Program;
pub use project::ProjectProblem;
pub use prove::ProofProblem;
pub use schema::SchemaProblem;
