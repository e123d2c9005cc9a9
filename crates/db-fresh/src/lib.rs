//! Proves that a Postgres database can be built from nothing, and keeps what is unproven from a real one.
//!
//! The programs `db-fresh` and `cargo-db-fresh` are `main`. A workspace has the same as a runner of its own:
//!
#![cfg_attr(feature = "cli", doc = "```no_run")]
#![cfg_attr(not(feature = "cli"), doc = "```ignore")]
//! fn main() -> std::process::ExitCode {
//!     db_fresh::main()
//! }
//! ```
//!
//! A service that migrates its database when it starts, or waits until a job has done so, calls [`service`]. For that alone
//! leave out the feature `cli`, which is on by default: `db-fresh = { …, default-features = false }`.

#[cfg(feature = "cli")]
pub mod cli;
#[cfg(feature = "cli")]
mod commands;
#[cfg(feature = "cli")]
mod config;
#[cfg(feature = "cli")]
mod context;
#[cfg(feature = "cli")]
mod database;
mod deadline;
#[cfg(feature = "cli")]
mod environment;
mod error;
#[cfg(feature = "cli")]
mod execute;
mod exit;
mod hints;
#[cfg(feature = "cli")]
mod output;
#[cfg(feature = "cli")]
mod program;
#[cfg(feature = "cli")]
mod project;
#[cfg(feature = "cli")]
mod prove;
#[cfg(feature = "cli")]
mod running;
#[cfg(feature = "cli")]
mod schema;
pub mod service;
#[cfg(feature = "cli")]
mod signal;
#[cfg(feature = "cli")]
mod signals;

// What a service needs of these is needed at the same version.
pub use {diagnostic, migration_core, readiness, schema_contract};

pub use error::{Error, ShownPath};
pub use exit::Exit;

#[cfg(feature = "cli")]
pub use self::{
    commands::CommandProblem,
    config::{ConfigProblem, check_configuration, check_env_file, hide_the_runner},
    execute::{begin, execute, main},
    output::parse,
    program::Program,
    project::ProjectProblem,
    prove::{Difference, ProofProblem, SessionState},
    schema::SchemaProblem,
    signal::Signal,
};
