//! What an expectation says of an error.

use readiness::{Finding, Reason};

use crate::error::Error;

/// Waiting does not help against this error. What is said of it is what a command says.
pub(super) fn unfit(error: impl Into<Error>) -> Finding {
    Finding::Unfit(Reason::of(error.into().diagnostics()))
}
