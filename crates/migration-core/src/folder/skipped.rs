//! What looks like SQL and is left out because the format leaves it out.

use std::path::PathBuf;

/// A file or folder that the format leaves out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// As a person would type its path.
    pub file: PathBuf,
    /// Why it is left out.
    pub why: String,
}
