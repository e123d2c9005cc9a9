//! Hints for errors of contracts, consumers and the version guard.

use diagnostic::{Diagnostic, Explain};
use schema_contract::Error;

/// The error's diagnostics, with what this program can do about each.
pub(crate) fn contract(error: &Error) -> Vec<Diagnostic> {
    error.diagnostics()
}
