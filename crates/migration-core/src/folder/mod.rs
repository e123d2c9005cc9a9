//! Reading a folder of migrations: everything that is known without a database.
//!
//! Out of scope: what is applied, and therefore also what is pending, late, missing or edited.

mod config;
mod detect;
mod divided;
mod foreign_markers;
mod format;
mod formats;
mod headings;
mod look_alike;
mod migrations;
mod near_markers;
mod near_miss;
mod problem;
mod problems;
mod reader;
mod script;
mod skipped;
mod source;
mod unread_tools;
mod walk;

pub use config::{FolderConfig, FolderOrigin};
pub use format::{Format, UnknownFormat};
pub use migrations::Migrations;
pub use near_miss::NearMiss;
pub use problem::FolderProblem;
pub use problems::FolderProblems;
pub use skipped::Skipped;

#[cfg(test)]
mod tests;
