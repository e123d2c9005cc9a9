//! A comment that nearly limits where a file runs, or does so where nothing reads it.

use diagnostic::Place;

use crate::FolderProblem;

/// A comment that nearly limits where a file runs, or does so where nothing reads it.
///
/// In a folder of one's own it is a problem of the folder. In a foreign one it stays with its migration, which is refused where the
/// environment is protected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NearMiss {
    /// Where it is.
    pub place: Place,
    /// What is wrong with it.
    pub what: String,
    /// What may have been meant.
    pub nearest: Option<String>,
}

impl From<NearMiss> for FolderProblem {
    fn from(miss: NearMiss) -> Self {
        Self::BadDirective {
            place: miss.place,
            what: miss.what,
            nearest: miss.nearest,
        }
    }
}
