//! The schema that some migrations make from nothing, on a database that is thrown away.
//!
//! They may run in several rounds, as they would have on a database that got some of them late.

use std::path::Path;

use ephemeral_postgres::{Choice, Database, Server};
use migration_core::{Config, Late, Migrations, Unknown};
use schema_contract::{Scope, Snapshot};
use sqlx::{Connection, PgConnection};

use super::migrate::{self, Prelude};
use crate::{commands::Context, failure::Failure};

/// Where to build.
pub(crate) struct Built<'b> {
    pub(super) server: &'b Server,
    pub(super) prelude: Option<&'b Prelude>,
}

/// On a server that is acquired for it.
pub(crate) async fn schema_on(
    choice: &Choice,
    prelude: Option<&Path>,
    rounds: &[Vec<Migrations>],
    config: &Config,
    scope: &Scope,
    context: &Context<'_>,
) -> Result<Snapshot, Failure> {
    let prelude = prelude.map(migrate::prelude_of).transpose()?;
    let settings = ephemeral_postgres::Config::from_variables(&context.variables.look_up());
    let server = ephemeral_postgres::acquire(choice, &settings).await?;
    let built = Built {
        server: &server,
        prelude: prelude.as_ref(),
    };
    let schema = built.schema(rounds, config, scope).await;
    server.stop().await;
    schema
}

impl Built<'_> {
    /// Runs the rounds one after the other and reads what came of them.
    pub(crate) async fn schema(
        &self,
        rounds: &[Vec<Migrations>],
        config: &Config,
        scope: &Scope,
    ) -> Result<Snapshot, Failure> {
        let database = self.server.create_database("db_fresh_built").await?;
        let schema = self.on(&database, rounds, config, scope).await;
        // A server of ours takes it along in any case.
        let _ = database.drop_now().await;
        schema
    }

    async fn on(
        &self,
        database: &Database,
        rounds: &[Vec<Migrations>],
        config: &Config,
        scope: &Scope,
    ) -> Result<Snapshot, Failure> {
        let connect = || async {
            PgConnection::connect_with(database.options())
                .await
                .map_err(anyhow::Error::from)
        };
        if let Some(prelude) = self.prelude {
            let mut connection = connect().await?;
            migrate::run_prelude(&mut connection, prelude).await?;
            let _ = connection.close().await;
        }
        let config = Config {
            late: Late::Allow,
            unknown: Unknown::Allow,
            ..config.clone()
        };
        for round in rounds {
            migration_core::apply(database.options(), round, &config, &mut |_| {}).await?;
        }
        let mut connection = connect().await?;
        let schema = schema_contract::snapshot(&mut connection, scope).await?;
        let _ = connection.close().await;
        Ok(schema)
    }
}

/// The migrations of each set that are wanted, in their order.
pub(crate) fn only(sets: &[Migrations], wanted: impl Fn(&Migrations, &str) -> bool) -> Vec<Migrations> {
    sets.iter()
        .map(|set| {
            let mut part = set.clone();
            part.items.retain(|migration| wanted(set, &migration.filename));
            part
        })
        .collect()
}
