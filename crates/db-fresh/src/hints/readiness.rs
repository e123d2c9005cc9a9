//! Hints for a database that is not ready.

use ::readiness::Error;
use diagnostic::{Diagnostic, Explain};

/// The error's diagnostics, with what this program can do about each.
pub(crate) fn readiness(error: &Error) -> Vec<Diagnostic> {
    error.diagnostics()
}
