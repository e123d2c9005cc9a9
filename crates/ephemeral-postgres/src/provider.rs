//! The places a server can come from, and why one of them was not used.

use std::{fmt, path::PathBuf};

/// Where a server comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Provider {
    /// A server that already runs, given by its URL.
    Server,
    /// A private server, started from programs that are installed on this machine.
    Local,
    /// A private server in a container.
    Docker,
    /// A private server, started from programs that are fetched once.
    Embedded,
}

/// A provider that was tried and cannot be used here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PassedOver {
    /// Which one.
    pub provider: Provider,
    /// Why, as the end of a sentence.
    pub why: String,
    /// The places that were searched, in order.
    pub searched: Vec<PathBuf>,
}

impl fmt::Display for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Server => "server",
            Self::Local => "local",
            Self::Docker => "docker",
            Self::Embedded => "embedded",
        })
    }
}
