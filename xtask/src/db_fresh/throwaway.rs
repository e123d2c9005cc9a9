//! A server for a moment, for commands that compare with a schema built anew.

use ephemeral_postgres::{Config, Server};
use migration_core::Environment;
use schema_contract::{Diff, Snapshot, snapshot};
use sqlx::{Connection, PgConnection};

use super::{
    acquire,
    built::Built,
    migrate::{self, Prelude},
    replay::Replay,
    trace,
};
use crate::{cli, commands::Context, failure::Failure, project::Project};

/// A server, and what is run on it before anybody's migrations.
pub(crate) struct Throwaway {
    server: Server,
    prelude: Option<Prelude>,
}

impl Throwaway {
    pub(crate) async fn acquire(flags: &cli::Scratch, context: &Context<'_>) -> Result<Self, Failure> {
        let prelude = flags.prelude.as_deref().map(migrate::prelude_of).transpose()?;
        let url = flags.scratch_url.as_deref();
        let choice = acquire::choice(flags.on, ("--scratch-url", url), context)?;
        let config = Config::from_variables(&context.variables.look_up());
        let server = crate::server::acquire(&choice, &config, context).await?;
        Ok(Self { server, prelude })
    }

    /// A place to build some migrations in rounds.
    pub(crate) fn room(&self) -> Built<'_> {
        Built {
            server: &self.server,
            prelude: self.prelude.as_ref(),
        }
    }

    pub(crate) async fn stop(self) {
        self.server.stop().await;
    }

    /// The schema that all migrations of a project make.
    pub(crate) async fn built(
        &self,
        project: &Project,
        environment: &Environment,
    ) -> Result<Snapshot, Failure> {
        let database = self.server.create_database("db_fresh_compare").await?;
        let work = async {
            let connect = || async {
                PgConnection::connect_with(database.options())
                    .await
                    .map_err(anyhow::Error::from)
            };
            if let Some(prelude) = &self.prelude {
                migrate::run_prelude(&mut connect().await?, prelude).await?;
            }
            let config = migration_core::Config {
                environment: environment.clone(),
                ..migrate::config(project)
            };
            migration_core::apply(database.options(), &project.migrations, &config, &mut |_| {}).await?;
            let mut connection = connect().await?;
            let built = snapshot(&mut connection, &project.whole()).await?;
            acquire::close(connection).await;
            Ok(built)
        };
        let built = work.await;
        // A server of ours takes it along in any case.
        let _ = database.drop_now().await;
        built
    }

    /// What differs between what is expected and what a project makes, each fact with its migration.
    pub(crate) async fn traced(
        &self,
        project: &Project,
        environment: &Environment,
        expected: &Snapshot,
        actual: &Snapshot,
    ) -> Result<Option<Diff>, Failure> {
        let replay = Replay {
            server: &self.server,
            project,
            prelude: self.prelude.as_ref(),
            environment: environment.clone(),
        };
        Ok(trace::traced(&replay, &[(expected, actual)]).await?.pop())
    }
}
