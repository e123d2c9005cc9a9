//! What is wrong with the configuration, or with a variable.

use std::io;

use diagnostic::{Explain, Place};

use crate::{cli::shown, exit::Exit};

/// What is wrong with the configuration, or with a variable.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigProblem {
    /// The file cannot be read.
    #[error("cannot read `{file}`")]
    Unreadable {
        /// The file.
        file: String,
        /// What the system said.
        source: io::Error,
    },
    /// The file is not TOML, or a value has the wrong type.
    #[error("{message}")]
    Syntax {
        /// What the parser said.
        message: String,
        /// Where.
        place: Box<Place>,
    },
    /// A key that nothing reads.
    #[error("there is no key `{key}` {}", in_table(.table))]
    UnknownKey {
        /// The key.
        key: String,
        /// The table that it stands in; empty at the top level.
        table: String,
        /// The keys that may stand there.
        known: Vec<&'static str>,
        /// Where.
        place: Box<Place>,
    },
    /// A name that cannot be one: a component's is part of paths.
    #[error("`{}` cannot be the name of {of}", name.escape_debug())]
    BadName {
        /// The name.
        name: String,
        /// What it is the name of.
        of: &'static str,
        /// What is wrong with it.
        why: &'static str,
        /// Where.
        place: Box<Place>,
    },
    /// Two components have one name.
    #[error("there are two components with the name `{name}`")]
    DuplicateComponent {
        /// The name.
        name: String,
        /// Where.
        place: Box<Place>,
    },
    /// A component comes after one that does not exist.
    #[error("`{name}` comes after `{before}`, and there is no such component")]
    UnknownComponent {
        /// The component.
        name: String,
        /// The one that does not exist.
        before: String,
        /// Where.
        place: Box<Place>,
    },
    /// One environment is configured twice, perhaps by two of its names.
    #[error("the environment `{name}` is configured twice{}", as_well(.name, .earlier))]
    DuplicateEnvironment {
        /// The name.
        name: String,
        /// The name of the first one.
        earlier: String,
        /// Where.
        place: Box<Place>,
    },
    /// The name of an environment is blank.
    #[error("the name of an environment is blank")]
    UnnamedEnvironment {
        /// Where.
        place: Box<Place>,
    },
    /// An environment with a name of production is said not to be protected.
    #[error("the environment `{name}` has a name of production and is not protected")]
    OpenProduction {
        /// The name.
        name: String,
        /// Where.
        place: Box<Place>,
    },
    /// A variable is not text.
    #[error("`{name}` is not UTF-8")]
    NotText {
        /// The variable.
        name: String,
    },
    /// A variable names a level of output that does not exist.
    #[error("{said} has to be one of {}, and is `{}`", known.join(", "), shown(.value))]
    UnknownLevel {
        /// The variable, and the file where it is from one.
        said: String,
        /// Its value.
        value: String,
        /// The levels.
        known: Vec<String>,
    },
    /// A pattern that somebody chose to ignore without saying why.
    #[error("the pattern `{pattern}` is ignored without a reason")]
    NoReason {
        /// The pattern.
        pattern: String,
        /// Where.
        place: Box<Place>,
    },
    /// A file of variables cannot be read.
    #[error("cannot read the variables of `{file}`")]
    EnvFile {
        /// The file.
        file: String,
        /// What is wrong. A line is never quoted, since it may hold a secret.
        reason: String,
    },
    /// A variable that has to be a number is not one.
    #[error("`{name}` must be a whole number, and is `{}`", shown(.value))]
    NotANumber {
        /// The variable.
        name: String,
        /// Its value.
        value: String,
    },
}

fn as_well(name: &str, earlier: &str) -> String {
    if name == earlier {
        String::new()
    } else {
        format!(": `{earlier}` is another name of it")
    }
}

fn in_table(table: &str) -> String {
    if table.is_empty() {
        "at the top level".to_owned()
    } else {
        format!("in `{table}`")
    }
}

impl ConfigProblem {
    pub(crate) fn exit(&self) -> Exit {
        Exit::Usage
    }
}

impl Explain for ConfigProblem {
    fn code(&self) -> &'static str {
        match self {
            Self::Unreadable { .. } => "config/unreadable",
            Self::Syntax { .. } => "config/syntax",
            Self::UnknownKey { .. } => "config/unknown-key",
            Self::BadName { .. } => "config/bad-name",
            Self::DuplicateComponent { .. } => "config/duplicate-component",
            Self::UnknownComponent { .. } => "config/unknown-component",
            Self::DuplicateEnvironment { .. } => "config/duplicate-environment",
            Self::UnnamedEnvironment { .. } => "config/unnamed-environment",
            Self::OpenProduction { .. } => "config/open-production",
            Self::NotText { .. } => "config/not-text",
            Self::UnknownLevel { .. } => "config/unknown-level",
            Self::NoReason { .. } => "config/no-reason",
            Self::EnvFile { .. } => "config/env-file",
            Self::NotANumber { .. } => "config/not-a-number",
        }
    }

    fn place(&self) -> Option<Place> {
        match self {
            Self::Syntax { place, .. }
            | Self::UnknownKey { place, .. }
            | Self::BadName { place, .. }
            | Self::DuplicateComponent { place, .. }
            | Self::UnknownComponent { place, .. }
            | Self::DuplicateEnvironment { place, .. }
            | Self::UnnamedEnvironment { place }
            | Self::OpenProduction { place, .. }
            | Self::NoReason { place, .. } => Some((**place).clone()),
            Self::EnvFile { file, .. } => Some(Place::file(file.clone())),
            Self::Unreadable { .. }
            | Self::NotANumber { .. }
            | Self::NotText { .. }
            | Self::UnknownLevel { .. } => None,
        }
    }

    fn why(&self) -> Option<String> {
        match self {
            Self::UnknownKey { .. } => {
                Some("a setting that is silently ignored looks like one that does not work".into())
            }
            Self::OpenProduction { .. } => Some(
                "development-only migrations and seeds would run there, and roll-backs without a reason"
                    .into(),
            ),
            Self::BadName { why, .. } => Some((*why).into()),
            Self::NoReason { .. } => Some("nobody will know when it can go".into()),
            Self::EnvFile { reason, .. } => Some(reason.clone()),
            _ => None,
        }
    }

    fn hints(&self) -> Vec<String> {
        let (key, known) = match self {
            Self::UnknownKey { key, known, .. } => (key, known),
            Self::OpenProduction { .. } => {
                return vec![
                    "take `protected = false` out, or give an environment that is not production another name"
                        .into(),
                ];
            }
            _ => return Vec::new(),
        };
        let distance = |candidate: &&&str| strsim::damerau_levenshtein(key, candidate);
        let nearest = known.iter().min_by_key(distance);
        let nearest = nearest.map(|nearest| format!("the nearest known key is `{nearest}`"));
        nearest
            .into_iter()
            .chain([format!("known here: {}", known.join(", "))])
            .collect()
    }
}
