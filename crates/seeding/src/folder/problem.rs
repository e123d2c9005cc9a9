//! One thing that is wrong with a folder of seeds, found by reading it.

use diagnostic::{Explain, Place};

/// One thing that is wrong with a folder of seeds.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what}")]
pub struct Problem {
    pub(crate) kind: ProblemKind,
    pub(crate) what: String,
    pub(crate) place: Place,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ProblemKind {
    Unreadable,
    TooLarge,
    UnknownFile,
    DuplicateNumber,
    BadDirective,
    BadDocument,
    BadValue,
    DuplicateRow,
}

impl Problem {
    pub(crate) fn new(kind: ProblemKind, place: Place, what: impl Into<String>) -> Self {
        Self {
            kind,
            what: what.into(),
            place,
        }
    }

    /// Whether the file is larger than the limit of size.
    pub fn is_over_size_limit(&self) -> bool {
        self.kind == ProblemKind::TooLarge
    }
}

impl Explain for Problem {
    fn code(&self) -> &'static str {
        match self.kind {
            ProblemKind::Unreadable | ProblemKind::TooLarge => "seed/unreadable",
            ProblemKind::UnknownFile => "seed/unknown-file",
            ProblemKind::DuplicateNumber => "seed/duplicate-number",
            ProblemKind::BadDirective => "seed/bad-directive",
            ProblemKind::BadDocument => "seed/bad-document",
            ProblemKind::BadValue => "seed/bad-value",
            ProblemKind::DuplicateRow => "seed/duplicate-row",
        }
    }

    fn place(&self) -> Option<Place> {
        Some(self.place.clone())
    }

    fn why(&self) -> Option<String> {
        let why = match self.kind {
            ProblemKind::UnknownFile => {
                "a file that is skipped in silence is a seed that somebody believes in"
            }
            ProblemKind::DuplicateNumber => "which of them runs first would depend on how their names sort",
            ProblemKind::BadDirective => {
                "a directive that is not understood may be one that keeps the file out of production"
            }
            ProblemKind::DuplicateRow => {
                "the second row would overwrite the first, and every run would change something"
            }
            ProblemKind::Unreadable
            | ProblemKind::TooLarge
            | ProblemKind::BadDocument
            | ProblemKind::BadValue => return None,
        };
        Some(why.to_owned())
    }

    fn hints(&self) -> Vec<String> {
        let hint = match self.kind {
            ProblemKind::UnknownFile => {
                "seeds are called `10_name.sql`, `10_name.toml` or `10_table.csv`; move anything else elsewhere"
            }
            ProblemKind::TooLarge => "raise the limit of size, or split the file",
            ProblemKind::DuplicateNumber => "give one of them a free number",
            _ => return Vec::new(),
        };
        vec![hint.to_owned()]
    }
}
