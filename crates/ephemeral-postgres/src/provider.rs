//! Where a server comes from.

use std::fmt;

/// Where a server comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Provider {
    /// A server that somebody else runs, given by its URL.
    Server,
    /// A private one, started from binaries found on this machine.
    Local,
    /// A container.
    Docker,
    /// Binaries that are fetched once and need no installation.
    Embedded,
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
