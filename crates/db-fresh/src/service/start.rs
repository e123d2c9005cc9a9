//! The start of a service: wait, migrate or wait for the one that does, guard, contract, ready.

use std::{
    fmt,
    sync::Arc,
    time::{Duration, Instant},
};

use migration_core::Watched;

use readiness::{Backoff, Level, Ready, Target, wait};
use schema_contract::guard::{self, GuardReport};
use sqlx::{Connection, PgConnection};
use tokio::time::timeout;

use super::{
    Component, Event, Migrate, Phase, Readiness, ServiceConfig, ServiceProblem, StartReport, Status,
    applied::migrations,
    connection::connect,
    contract::{broken, contract},
    event::Events,
    expected::{Contract, ExpectedSchema},
    phase::{Tracker, Underway},
};
use crate::error::Error;

/// How long saying good-bye may take.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(2);

/// A service and its database. Clones are the same service: one starts, others answer probes.
#[derive(Clone)]
pub struct Service(Arc<Shared>);

struct Shared {
    config: ServiceConfig,
    expected: Arc<ExpectedSchema>,
    tracker: Tracker,
}

impl Service {
    /// A service that has not started. Nothing is connected to.
    ///
    /// # Errors
    /// [`Error::Service`] for a configuration that cannot be met.
    pub fn new(mut config: ServiceConfig) -> Result<Self, Error> {
        if config.ready > Level::Schema {
            return Err(ServiceProblem::NoSuchLevel { level: config.ready }.into());
        }
        let mut expected = ExpectedSchema {
            migrations: Vec::new(),
            contracts: Vec::new(),
            runner: config.runner.clone(),
        };
        for Component { migrations, contract } in config.components.drain(..) {
            expected.contracts.extend(contract.map(|recorded| Contract {
                component: migrations.component.clone(),
                recorded,
                path: None,
            }));
            expected.migrations.push(migrations);
        }
        Ok(Self(Arc::new(Shared {
            config,
            expected: Arc::new(expected),
            tracker: Tracker::default(),
        })))
    }

    /// Applies the migrations, or waits until they are applied, and checks that the service can work with the schema. Safe with any
    /// number of replicas at once: one applies, the others wait for it; if it is killed, the next one continues.
    ///
    /// The future may be dropped at any time.
    ///
    /// # Errors
    /// [`Error::Readiness`] (exit code 2) for a server that does not become ready, or a schema that does not come;
    /// [`Error::Migration`] (3) for migrations that cannot be applied; [`Error::Contract`] (5) for a version that the guard refuses
    /// and for every contract that does not hold.
    pub async fn start(&self, events: &mut Events<'_>) -> Result<StartReport, Error> {
        let underway = self.0.tracker.begin();
        let ended = self.run(&underway, events).await;
        underway.is_now(match &ended {
            Ok(_) => Phase::Started,
            Err(_) => Phase::Failed,
        });
        ended
    }

    /// How far the start is: what probes of liveness and of the start ask. A long migration is no reason to restart a service.
    pub fn status(&self) -> Status {
        let phase = self.0.tracker.phase();
        Status {
            phase,
            started: phase == Phase::Started,
            migrations: self.0.tracker.run_status(),
        }
    }

    /// One attempt at the database, within seconds: what a probe of readiness asks.
    pub async fn readiness(&self) -> Readiness {
        let Shared { config, expected, .. } = &*self.0;
        let target = self.migrated().expecting(contract(expected));
        let looked = wait(&target, config.ready, &Backoff::once(), &mut |_| ()).await;
        Readiness::of(&looked, config.ready, self.0.tracker.phase())
    }

    async fn run(&self, underway: &Underway<'_>, events: &mut Events<'_>) -> Result<StartReport, Error> {
        let begun = Instant::now();
        let Shared { config, expected, .. } = &*self.0;
        let (ready, migrated) = match config.migrate {
            Migrate::AtStart => {
                let server = Target::postgres(config.database.clone());
                let ready = self.wait(&server, Level::Stable, events).await?;
                underway.is_now(Phase::Migrating);
                let mut listen = |progress| {
                    underway.hear(&progress);
                    events(Event::Migration(progress));
                };
                let report = migration_core::apply(
                    &config.database,
                    &expected.migrations,
                    &config.runner,
                    &mut listen,
                )
                .await?;
                events(Event::Migrated(report.clone()));
                (ready, Some(report))
            }
            // The contracts are not part of this wait: a broken one is the same failure in both cases, after the guard.
            Migrate::Elsewhere => (self.wait(&self.migrated(), Level::Schema, events).await?, None),
        };
        underway.is_now(Phase::Checking);
        let mut connection = connect(config).await?;
        let watching = Watched::session(&mut connection, &config.database, &config.runner);
        let mut session = watching.await?;
        let checking = self.check(&mut connection, events);
        let checked = session.wait_for("check the schema", checking).await?;
        // The server also notices a client that is gone.
        timeout(CLOSE_TIMEOUT, connection.close()).await.ok();
        Ok(StartReport {
            ready,
            migrated,
            guard: checked?,
            took: begun.elapsed(),
        })
    }

    async fn wait(&self, target: &Target, level: Level, events: &mut Events<'_>) -> Result<Ready, Error> {
        let mut tell = |attempt: &_| events(Event::NotReady(Clone::clone(attempt)));
        Ok(wait(target, level, &self.0.config.backoff, &mut tell).await?)
    }

    /// Guard and contracts.
    async fn check(
        &self,
        connection: &mut PgConnection,
        events: &mut Events<'_>,
    ) -> Result<Option<GuardReport>, Error> {
        let Shared { config, expected, .. } = &*self.0;
        let mut guard = None;
        if let Some(config) = &config.guard {
            let report = guard::check(connection, config).await?;
            events(Event::Guard(report.clone()));
            guard = Some(report);
        }
        Error::all(broken(expected, connection).await?)?;
        Ok(guard)
    }

    /// The database with every migration in it.
    fn migrated(&self) -> Target {
        let Shared { config, expected, .. } = &*self.0;
        Target::postgres(config.database.clone()).expecting(migrations(expected, &config.database))
    }
}

impl fmt::Debug for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Service")
            .field("database", &Target::postgres(self.0.config.database.clone()))
            .field("phase", &self.0.tracker.phase())
            .finish_non_exhaustive()
    }
}
