//! The container engine: whether it answers, and where it runs.

use std::{path::Path, time::Duration};

use crate::Config;

/// How long the engine may take to answer.
pub(super) const ANSWER: Duration = Duration::from_secs(5);

/// Asks the engine for an answer; if it gives none, says why.
pub(super) async fn ping() -> Result<(), String> {
    let client = testcontainers::core::client::docker_client_instance()
        .await
        .map_err(|error| format!("no container engine answers: {error}"))?;
    match tokio::time::timeout(ANSWER, client.ping()).await {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(error)) => Err(format!("no container engine answers: {error}")),
        Err(_) => Err(format!(
            "no container engine answers within {} s",
            ANSWER.as_secs()
        )),
    }
}

/// Where the engine runs, as far as its address says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Engine {
    /// On this machine.
    Here,
    /// On this machine, and this process may be in one of its containers.
    Around,
    /// On another machine.
    Elsewhere,
}

impl Engine {
    /// Where the configured engine runs.
    pub(super) fn of(config: &Config) -> Self {
        match config.docker_host.as_deref() {
            Some(host) if !host.is_empty() && !host.starts_with("unix:") => Self::Elsewhere,
            // testcontainers looks for the same file.
            _ if Path::new("/.dockerenv").exists() => Self::Around,
            _ => Self::Here,
        }
    }

    /// How the server asks for the password. Hashing it costs milliseconds a connection; without a network in between nothing can read
    /// it on the way.
    pub(super) fn authentication(self) -> &'static str {
        if self == Self::Elsewhere {
            "scram-sha-256"
        } else {
            "password"
        }
    }

    /// The address of the engine's machine on which the server's port is published.
    pub(super) fn publish_on(self) -> &'static str {
        if self == Self::Here { "127.0.0.1" } else { "" }
    }
}
