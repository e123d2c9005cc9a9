//! Hints for servers that cannot be had.

use diagnostic::{Diagnostic, Explain};
use ephemeral_postgres::Error;

/// The error's diagnostics, with what this program can do about each.
pub(crate) fn server(error: &Error) -> Vec<Diagnostic> {
    error.diagnostics()
}
