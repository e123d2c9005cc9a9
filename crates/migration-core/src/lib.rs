//! Discovering, ordering, checking, planning, locking, applying and undoing migrations.

mod lex;
mod migration;
mod version;

pub use lex::{split, split_statements};
pub use migration::{Migration, Mode, Script, Statement};
pub use version::Version;
