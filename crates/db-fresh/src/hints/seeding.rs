//! Hints for errors of seeds.

use ::seeding::Error;
use diagnostic::{Diagnostic, Explain};

/// The error's diagnostics, with what this program can do about each.
pub(crate) fn seeding(error: &Error) -> Vec<Diagnostic> {
    error.diagnostics()
}
