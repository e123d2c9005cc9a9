//! Hints for problems of migration folders.

use diagnostic::{Diagnostic, Explain};
use migration_core::FolderProblems;

/// The error's diagnostics, with what this program can do about each.
pub(crate) fn folder(error: &FolderProblems) -> Vec<Diagnostic> {
    error.diagnostics()
}
