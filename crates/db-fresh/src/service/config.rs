//! The configuration of a service: its database, the schema that it needs, and who applies the migrations.

use std::fmt;

use migration_core::{Config, Environment, Migrations};
use readiness::{Backoff, Level, Target};
use schema_contract::{Snapshot, guard::GuardConfig};
use sqlx::postgres::PgConnectOptions;

/// What a service needs of its database, and how it gets there.
#[derive(Clone)]
pub struct ServiceConfig {
    /// The database.
    pub database: PgConnectOptions,
    /// What the service was built for, in the order in which it is migrated.
    pub components: Vec<Component>,
    /// How migrations are applied, or compared where the service does not apply them itself: the place of the ledger, the
    /// environment and its protection, how long to wait for the lock, what a database that is ahead means. Nothing of it is
    /// guessed from a name.
    pub runner: Config,
    /// Compares the version that the service was built for with that of the database. `None` compares none.
    pub guard: Option<GuardConfig>,
    /// Who applies the migrations.
    pub migrate: Migrate,
    /// How long to wait for the server, and for migrations that are applied elsewhere.
    pub backoff: Backoff,
    /// The level that the service needs for its work, up to [`Level::Schema`].
    pub ready: Level,
}

/// Migrations with what they lead to.
#[derive(Debug, Clone)]
pub struct Component {
    /// The migrations, from a folder or from files that are part of the program. Their component's name is the one in the ledger.
    pub migrations: Migrations,
    /// The schema that the service needs, as it was recorded. What a database has beside it does no harm. `None` checks nothing.
    pub contract: Option<Snapshot>,
}

/// Who applies the migrations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Migrate {
    /// The service, when it starts. Of several replicas the one that gets the lock applies them, and the others wait for it.
    AtStart,
    /// A job, an init container or a person. The service waits until they are applied.
    Elsewhere,
}

impl ServiceConfig {
    /// A service that applies its migrations when it starts, with the defaults of everything else. Its environment is not named and
    /// counts as protected until [`ServiceConfig::runner`] says which it is.
    pub fn new(database: PgConnectOptions, components: Vec<Component>) -> Self {
        Self {
            database,
            components,
            runner: Config {
                environment: Environment::unnamed(),
                ..Config::default()
            },
            guard: None,
            migrate: Migrate::AtStart,
            backoff: Backoff::default(),
            ready: Level::Schema,
        }
    }
}

impl Component {
    /// A component without a contract.
    pub fn new(migrations: Migrations) -> Self {
        Self {
            migrations,
            contract: None,
        }
    }
}

impl fmt::Debug for ServiceConfig {
    /// The database without its password, which the driver's own `Debug` would show.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let components: Vec<_> = self
            .components
            .iter()
            .map(|one| &one.migrations.component)
            .collect();
        f.debug_struct("ServiceConfig")
            .field("database", &Target::postgres(self.database.clone()))
            .field("components", &components)
            .field("migrate", &self.migrate)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_password_is_in_no_debug_text() {
        let database = PgConnectOptions::new_without_pgpass()
            .username("dev")
            .password("hunter2");
        let text = format!("{:?}", ServiceConfig::new(database, Vec::new()));
        assert!(
            text.contains("postgres://dev@") && !text.contains("hunter2"),
            "{text}"
        );
    }
}
