//! Hints for what the preflight checks refuse.

use ::preflight::Error;
use diagnostic::{Diagnostic, Explain};

/// The error's diagnostics, with what this program can do about each.
pub(crate) fn preflight(error: &Error) -> Vec<Diagnostic> {
    error.diagnostics()
}
