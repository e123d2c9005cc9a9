//! Reading a folder of migrations: everything that is known without a database.
//!
//! Left out on purpose: what is applied, and therefore also what is pending, late, missing or edited.

mod detect;
mod directives;
mod draft;
mod format;
mod formats;
mod migrations;
mod reader;
mod source;
mod template;
mod transaction;
mod values;
mod walk;

pub use directives::canonical_environment;
pub use format::{Format, UnknownFormat};
pub use migrations::{FolderConfig, Migrations, Skipped};

#[cfg(test)]
mod tests;
