//! Discovering, ordering, checking, planning, locking, applying and undoing migrations.

mod folder;
mod lex;
mod migration;
mod problem;
mod version;

pub use folder::{FolderConfig, Format, Migrations, Skipped, UnknownFormat, canonical_environment};
pub use lex::{split, split_statements};
pub use migration::{Migration, Mode, Script, Statement};
pub use problem::{FolderProblem, FolderProblems};
pub use version::Version;
