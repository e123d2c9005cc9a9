//! What is wrong with the project: its components and its consumers.

use diagnostic::{Explain, Fact, Place};

use crate::{cli::shown, exit::Exit};

/// What is wrong with the project.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProjectProblem {
    /// A component of this name does not exist.
    #[error("there is no component `{}`", shown(.name))]
    UnknownComponent {
        /// The name.
        name: String,
        /// The names that exist.
        known: Vec<String>,
    },
    /// Components that each come after another one of them.
    #[error("the components {} come after each other in a circle", quoted(.names))]
    ComponentCycle {
        /// Their names.
        names: Vec<String>,
    },
    /// Components of one run that are to share a session, and others that are not.
    #[error("component `{kept}` has `sessions = \"kept\"`, and component `{isolated}` has not")]
    MixedSessions {
        /// The first one that shares a session.
        kept: String,
        /// The first one that does not.
        isolated: String,
    },
    /// A file that a consumer names does not exist. It would pass for a consumer that needs nothing.
    #[error("what consumer `{consumer}` needs is not there: `{path}`")]
    MissingConsumerFile {
        /// The consumer.
        consumer: String,
        /// The path, as configured.
        path: String,
        /// The checkout or the revision that was looked at.
        looked_in: Option<String>,
    },
    /// A seed copies rows to or from the client, which would be psql.
    #[error("`{statement}` in a seed needs psql")]
    ClientCopy {
        /// How it is written.
        statement: &'static str,
        /// Where it is.
        place: Box<Place>,
    },
}

fn quoted(names: &[String]) -> String {
    let quoted: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
    quoted.join(", ")
}

impl ProjectProblem {
    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::UnknownComponent { .. } | Self::ComponentCycle { .. } | Self::MixedSessions { .. } => {
                Exit::Usage
            }
            Self::MissingConsumerFile { .. } => Exit::Contract,
            Self::ClientCopy { .. } => Exit::Seeding,
        }
    }
}

impl Explain for ProjectProblem {
    fn code(&self) -> &'static str {
        match self {
            Self::UnknownComponent { .. } => "config/unknown-component",
            Self::ComponentCycle { .. } => "config/component-cycle",
            Self::MixedSessions { .. } => "config/mixed-sessions",
            Self::MissingConsumerFile { .. } => "config/consumer",
            Self::ClientCopy { .. } => "seed/client-copy",
        }
    }

    fn place(&self) -> Option<Place> {
        match self {
            Self::ClientCopy { place, .. } => Some((**place).clone()),
            _ => None,
        }
    }

    fn why(&self) -> Option<String> {
        let is_copy = matches!(self, Self::ClientCopy { .. });
        is_copy.then(|| "seeds are sent to the server itself; psql is not in between".into())
    }

    fn facts(&self) -> Vec<Fact> {
        match self {
            Self::MissingConsumerFile {
                looked_in: Some(place),
                ..
            } => vec![Fact::new("looked in", place)],
            _ => Vec::new(),
        }
    }

    fn hints(&self) -> Vec<String> {
        if let Self::ClientCopy { .. } = self {
            return vec!["write the rows as `INSERT`, or as a seed in TOML or CSV".into()];
        }
        if let Self::MixedSessions { isolated, .. } = self {
            return vec![format!(
                "components of one run share one connection: write `sessions = \"kept\"` for `{isolated}` too, or run them one by one with `--component`"
            )];
        }
        let Self::UnknownComponent { name, known } = self else {
            return Vec::new();
        };
        let likeness = |a: &&String, b: &&String| strsim::jaro(name, a).total_cmp(&strsim::jaro(name, b));
        let nearest = known.iter().max_by(likeness);
        nearest
            .map(|near| format!("the nearest one is `{near}`; known are {}", known.join(", ")))
            .into_iter()
            .collect()
    }
}
