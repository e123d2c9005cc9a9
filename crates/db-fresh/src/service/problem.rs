//! What is wrong with what a service says about itself.

use diagnostic::Explain;
use readiness::Level;

/// What is wrong with a [`ServiceConfig`](super::ServiceConfig).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ServiceProblem {
    /// A level that nothing in the configuration gives a meaning.
    #[error("a service cannot be ready at the level `{level}`")]
    NoSuchLevel {
        /// The level.
        level: Level,
    },
}

impl Explain for ServiceProblem {
    fn code(&self) -> &'static str {
        match self {
            Self::NoSuchLevel { .. } => "service/no-such-level",
        }
    }

    fn why(&self) -> Option<String> {
        match self {
            Self::NoSuchLevel { .. } => {
                Some("nothing in the configuration of a service says which rows that level needs".into())
            }
        }
    }

    fn hints(&self) -> Vec<String> {
        match self {
            Self::NoSuchLevel { .. } => vec![
                format!("ask for `{}`", Level::Schema),
                "`db-fresh wait --level seeded` waits for the seeds of a project".into(),
            ],
        }
    }
}
