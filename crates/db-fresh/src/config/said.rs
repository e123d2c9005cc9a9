//! A value together with the place that says it, so that a contradiction can name every one.

use std::fmt;

use super::load::FILE;

/// Something that is said, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Said {
    pub(crate) source: Source,
    pub(crate) value: String,
}

/// Where something is said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Source {
    /// By this flag.
    Flag(&'static str),
    /// By this variable of the process.
    Process(String),
    /// By this variable in a file of variables.
    EnvFile { name: String, file: String },
    /// By this key of the configuration.
    Configuration(&'static str),
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(flag) => f.write_str(flag),
            Self::Process(name) => f.write_str(name),
            Self::EnvFile { name, file } => write!(f, "{name} in {file}"),
            Self::Configuration(key) => write!(f, "{key} in {FILE}"),
        }
    }
}
