//! Whether files that run one after the other share a session: the setting of a component, and the flag of the same name.

use clap::ValueEnum;
use serde::Deserialize;

/// Whether files that run one after the other share a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Sessions {
    /// Each file finds a session as a new one: what it does not set itself is not set
    Isolated,
    /// All files of a run share one session, as with tools that reset nothing
    Kept,
}

impl Sessions {
    /// The word of the flag and of the setting.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Isolated => "isolated",
            Self::Kept => "kept",
        }
    }
}

impl From<Sessions> for migration_core::Sessions {
    fn from(said: Sessions) -> Self {
        match said {
            Sessions::Isolated => Self::Isolated,
            Sessions::Kept => Self::Kept,
        }
    }
}
