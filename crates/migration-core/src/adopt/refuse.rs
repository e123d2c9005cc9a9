//! Refusing to write where something does not fit.

use crate::{AdoptProblem, Error};

/// An error with these problems, where there are any.
pub(crate) fn refuse(problems: &[AdoptProblem]) -> Result<(), Error> {
    if problems.is_empty() {
        return Ok(());
    }
    Err(Error::Unadoptable {
        problems: problems.to_vec(),
    })
}
