//! Hints for errors of migrating: ledger, plan, statements, and other tools' ledgers.

use diagnostic::{Diagnostic, Explain};
use migration_core::Error;

/// The error's diagnostics, with what this program can do about each.
pub(crate) fn migration(error: &Error) -> Vec<Diagnostic> {
    error.diagnostics()
}
