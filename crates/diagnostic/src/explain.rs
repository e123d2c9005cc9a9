//! The trait by which an error says how to mend it.

use std::error::Error;

use crate::{Diagnostic, Fact, Place};

/// An error that explains itself. Implement it in the file that defines the error.
///
/// `Display` gives the sentence (*what*) without the text of the source; the renderer walks the chain.
pub trait Explain: Error {
    /// The stable name of the problem, `area/problem`.
    fn code(&self) -> &'static str;

    /// Where it is.
    fn place(&self) -> Option<Place> {
        None
    }

    /// Facts to print under the place, such as both sides of a comparison.
    fn facts(&self) -> Vec<Fact> {
        Vec::new()
    }

    /// Why it is a problem.
    fn why(&self) -> Option<String> {
        None
    }

    /// Ways out, each a sentence or a command that runs as it stands.
    fn hints(&self) -> Vec<String> {
        Vec::new()
    }

    /// Everything this error has to report: itself, unless it gathers several problems.
    fn diagnostics(&self) -> Vec<Diagnostic> {
        vec![Diagnostic::of(self)]
    }
}
