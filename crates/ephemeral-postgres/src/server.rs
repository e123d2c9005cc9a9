//! A server that is up, wherever it came from.

use std::time::{Duration, Instant};

use diagnostic::RedactedUrl;
use sqlx::postgres::PgConnectOptions;

#[cfg(feature = "docker")]
use crate::providers::docker::Container;
use crate::{
    Database, Error, Kept, KeptDatabase, PassedOver, Provider, databases,
    providers::{Started, existing_server::ExistingServer, local::LocalServer},
};

/// A server that is up. [`Server::stop`] takes it down and waits; dropping the value, or the death of the process, takes it
/// down as well.
#[derive(Debug)]
pub struct Server {
    backend: Backend,
    options: PgConnectOptions,
    version: String,
    ready_after: Duration,
    passed_over: Vec<PassedOver>,
}

/// What runs behind it.
#[derive(Debug)]
pub(crate) enum Backend {
    Local(LocalServer),
    Embedded(LocalServer),
    #[cfg(feature = "docker")]
    Docker(Box<Container>),
    Existing(ExistingServer),
}

impl Server {
    /// A server that a provider has started, beginning at `since`.
    pub(crate) fn new(started: Started<Backend>, since: Instant, passed_over: Vec<PassedOver>) -> Self {
        Self {
            backend: started.server,
            options: started.options,
            version: started.version,
            ready_after: since.elapsed(),
            passed_over,
        }
    }

    /// Where it came from.
    pub fn provider(&self) -> Provider {
        match self.backend {
            Backend::Local(_) => Provider::Local,
            Backend::Embedded(_) => Provider::Embedded,
            #[cfg(feature = "docker")]
            Backend::Docker(_) => Provider::Docker,
            Backend::Existing(_) => Provider::Server,
        }
    }

    /// The providers that were tried before and cannot be used here.
    pub fn passed_over(&self) -> &[PassedOver] {
        &self.passed_over
    }

    /// The server's version, such as `15.18`.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The time from the decision to take it to its first answer.
    pub fn ready_after(&self) -> Duration {
        self.ready_after
    }

    /// How to reach its maintenance database; for a server that already ran, the database that the URL names.
    pub fn options(&self) -> &PgConnectOptions {
        &self.options
    }

    /// The same as a URL with everything in it.
    pub fn url(&self) -> RedactedUrl {
        databases::url(&self.options)
    }

    /// Creates an empty database. The hint becomes part of its name.
    ///
    /// # Errors
    /// [`Error::Sql`]: 42501 when the role may not create databases, 53300 when the server is full.
    pub async fn create_database(&self, hint: &str) -> Result<Database, Error> {
        match &self.backend {
            Backend::Existing(server) => server.create_database(&self.options, hint).await,
            Backend::Local(_) | Backend::Embedded(_) => databases::create(&self.options, hint).await,
            #[cfg(feature = "docker")]
            Backend::Docker(_) => databases::create(&self.options, hint).await,
        }
    }

    /// The databases that were kept because their tests failed.
    ///
    /// # Errors
    /// [`Error::Sql`].
    pub async fn kept_by_tests(&self) -> Result<Vec<KeptDatabase>, Error> {
        databases::kept(&self.options).await
    }

    /// Takes it down and waits until nothing of it is left, for at most ten seconds. A server that already ran goes on running.
    pub async fn stop(self) {
        match self.backend {
            Backend::Local(server) | Backend::Embedded(server) => server.stop().await,
            #[cfg(feature = "docker")]
            Backend::Docker(container) => container.stop().await,
            Backend::Existing(server) => server.disconnect().await,
        }
    }

    /// Leaves it running when the value goes, for [`Kept::for_at_most`].
    pub async fn keep(self) -> Kept {
        let kept = self.keep_alive().await;
        if let Backend::Existing(server) = self.backend {
            server.disconnect().await;
        }
        kept
    }

    /// The same while others still use it.
    pub(crate) async fn keep_alive(&self) -> Kept {
        match &self.backend {
            Backend::Local(server) | Backend::Embedded(server) => server.keep(),
            #[cfg(feature = "docker")]
            Backend::Docker(container) => container.keep().await,
            Backend::Existing(server) => {
                server.keep();
                Kept::default()
            }
        }
    }
}
