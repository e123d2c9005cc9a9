//! Reading a folder of migrations: everything that is known without a database.
//!
//! Out of scope: what is applied, and therefore also what is pending, late, missing or edited.

mod config;
mod detect;
mod foreign_markers;
mod format;
mod formats;
mod migrations;
mod problem;
mod problems;
mod reader;
mod script;
mod skipped;
mod source;
mod walk;

pub use config::FolderConfig;
pub use format::{Format, UnknownFormat};
pub use migrations::Migrations;
pub use problem::FolderProblem;
pub use problems::FolderProblems;
pub use script::canonical_environment;
pub use skipped::Skipped;

#[cfg(test)]
mod tests;
