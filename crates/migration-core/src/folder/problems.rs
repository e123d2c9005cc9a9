//! Everything that keeps a folder from being run: all of it, not the first.

use std::{error::Error, fmt};

use diagnostic::{Diagnostic, Explain};

use super::problem::FolderProblem;

/// So many of one file are enough to see that it is not what it was taken for. To find the place of one takes as long as the file is.
pub(super) const MOST_OF_A_FILE: usize = 20;

/// Everything that keeps a folder from being run.
#[derive(Debug)]
pub struct FolderProblems(pub Vec<FolderProblem>);

impl fmt::Display for FolderProblems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.as_slice() {
            [only] => only.fmt(f),
            all => write!(f, "the migrations have {} problems", all.len()),
        }
    }
}

impl Error for FolderProblems {}

impl Explain for FolderProblems {
    fn code(&self) -> &'static str {
        match self.0.as_slice() {
            [only] => only.code(),
            _ => "migration/folder",
        }
    }

    fn diagnostics(&self) -> Vec<Diagnostic> {
        self.0.iter().map(Diagnostic::of).collect()
    }
}
