//! A server that is up, wherever it came from.

use std::time::Duration;

use diagnostic::RedactedUrl;
use sqlx::postgres::PgConnectOptions;

#[cfg(feature = "docker")]
use crate::docker::Container;
use crate::{
    Database, Error, KeptDatabase, PassedOver, Provider, database, local::Cluster, scratch::Scratch,
    test_database,
};

/// How long a server that was kept lives.
pub(crate) const KEPT_FOR: Duration = Duration::from_secs(24 * 60 * 60);

/// A server that is up. [`Server::stop`] takes it down and waits; dropping the value, or the death of the process, takes it
/// down as well.
#[derive(Debug)]
pub struct Server {
    pub(crate) kind: Kind,
    pub(crate) options: PgConnectOptions,
    pub(crate) version: String,
    pub(crate) ready_after: Duration,
    pub(crate) passed_over: Vec<PassedOver>,
}

#[derive(Debug)]
pub(crate) enum Kind {
    Local(Cluster),
    Embedded(Cluster),
    #[cfg(feature = "docker")]
    Docker(Box<Container>),
    Scratch(Box<Scratch>),
}

/// A server that outlives the run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// A command that takes it down before its time, where it is ours.
    pub how_to_stop: Option<String>,
    /// When it goes by itself, where it does.
    pub for_at_most: Option<Duration>,
}

impl Server {
    /// Where it came from.
    pub fn provider(&self) -> Provider {
        match self.kind {
            Kind::Local(_) => Provider::Local,
            Kind::Embedded(_) => Provider::Embedded,
            #[cfg(feature = "docker")]
            Kind::Docker(_) => Provider::Docker,
            Kind::Scratch(_) => Provider::Server,
        }
    }

    /// What was tried before and not taken.
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

    /// How to reach its maintenance database. For a server of somebody else's: the database that was named.
    pub fn options(&self) -> &PgConnectOptions {
        &self.options
    }

    /// The same as a URL with everything in it.
    pub fn url(&self) -> RedactedUrl {
        database::url(&self.options)
    }

    /// Makes an empty database. The hint becomes part of its name.
    ///
    /// # Errors
    /// [`Error::Sql`]: 42501 when the role may not make databases, 53300 when the server is full.
    pub async fn create_database(&self, hint: &str) -> Result<Database, Error> {
        match &self.kind {
            Kind::Scratch(scratch) => scratch.create_database(&self.options, hint).await,
            Kind::Local(_) | Kind::Embedded(_) => database::create(&self.options, hint).await,
            #[cfg(feature = "docker")]
            Kind::Docker(_) => database::create(&self.options, hint).await,
        }
    }

    /// The databases that tests on this server left because they failed.
    ///
    /// # Errors
    /// [`Error::Sql`].
    pub async fn kept_by_tests(&self) -> Result<Vec<KeptDatabase>, Error> {
        test_database::kept(&self.options).await
    }

    /// Takes it down and waits until nothing of it is left. A server of somebody else's is left running.
    pub async fn stop(self) {
        match self.kind {
            Kind::Local(cluster) | Kind::Embedded(cluster) => cluster.stop().await,
            #[cfg(feature = "docker")]
            Kind::Docker(container) => container.stop().await,
            Kind::Scratch(scratch) => scratch.leave().await,
        }
    }

    /// Leaves it running when the value goes, for [`Kept::for_at_most`].
    pub async fn keep(self) -> Kept {
        let kept = self.keep_alive().await;
        if let Kind::Scratch(scratch) = self.kind {
            scratch.leave().await;
        }
        kept
    }

    /// The same while others still use it.
    pub(crate) async fn keep_alive(&self) -> Kept {
        match &self.kind {
            Kind::Local(cluster) | Kind::Embedded(cluster) => cluster.keep(),
            #[cfg(feature = "docker")]
            Kind::Docker(container) => container.keep().await,
            Kind::Scratch(_) => Kept {
                how_to_stop: None,
                for_at_most: None,
            },
        }
    }
}
