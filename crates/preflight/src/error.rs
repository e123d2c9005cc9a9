//! Why preflight refused, or could not look.

use diagnostic::{Diagnostic, Explain};

use crate::Failure;

/// Why preflight refused, or could not look.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Something is missing or unfit; each failure is reported by itself.
    #[error("not ready to start: {} problems", failures.len())]
    Refused {
        /// All of them, in the order of the requirements.
        failures: Vec<Failure>,
    },
    /// The database did not answer the questions.
    #[error("cannot ask the database what this role may do")]
    Unanswered(#[source] sqlx::Error),
}

impl Explain for Error {
    fn code(&self) -> &'static str {
        match self {
            Self::Refused { .. } => "preflight/refused",
            Self::Unanswered(_) => "preflight/unanswered",
        }
    }

    fn hints(&self) -> Vec<String> {
        match self {
            Self::Refused { .. } => Vec::new(),
            Self::Unanswered(_) => vec!["see whether the server is ready".to_owned()],
        }
    }

    fn diagnostics(&self) -> Vec<Diagnostic> {
        match self {
            Self::Refused { failures } => failures.iter().map(Diagnostic::of).collect(),
            Self::Unanswered(_) => vec![Diagnostic::of(self)],
        }
    }
}
