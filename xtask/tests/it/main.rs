//! The shape of the workspace, and the runner as its contributors meet it.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the report")]

mod architecture;
mod libraries;
mod runner;
mod service;
mod tidy;
/// How `tidy` reads Rust, for what is found with it here.
#[path = "../../src/tidy/mod.rs"]
#[allow(dead_code, unused_imports, reason = "the command itself is run as a program")]
mod tidy_source;
