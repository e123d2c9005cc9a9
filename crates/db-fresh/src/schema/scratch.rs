//! A server for the length of a command that compares with a fresh schema.

use ephemeral_postgres::{Config, Server};
use migration_core::Environment;
use schema_contract::{Diff, Snapshot};

use super::{
    build::Builder,
    config::scratch_config,
    prelude::Prelude,
    replay::Replay,
    server::{acquire_server, choice},
    trace::traced,
};
use crate::{cli, context::Context, error::Error, project::Project};

/// A server, and what is run on it before anybody's migrations.
pub(crate) struct ScratchServer {
    server: Server,
    prelude: Option<Prelude>,
}

impl ScratchServer {
    pub(crate) async fn acquire(flags: &cli::Scratch, context: &Context<'_>) -> Result<Self, Error> {
        let limit = context.config.max_file_size;
        let prelude = flags.prelude.as_deref();
        let prelude = prelude.map(|path| Prelude::read(path, limit)).transpose()?;
        let url = flags.scratch_url.as_deref();
        let choice = choice(flags.on, ("--scratch-url", url), context)?;
        let config = Config::from_variables(&context.variables.look_up());
        let server = acquire_server(&choice, &config, context).await?;
        Ok(Self { server, prelude })
    }

    /// A place to build some migrations in rounds.
    pub(crate) fn builder(&self) -> Builder<'_> {
        Builder {
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
    ) -> Result<Snapshot, Error> {
        let config = migration_core::Config {
            environment: environment.clone(),
            ..scratch_config(project)
        };
        let all = std::slice::from_ref(&project.migrations);
        self.builder().schema(all, &config, &project.whole()).await
    }

    /// What differs between what is expected and what a project makes, each fact with its migration.
    pub(crate) async fn traced(
        &self,
        project: &Project,
        environment: &Environment,
        expected: &Snapshot,
        actual: &Snapshot,
    ) -> Result<Option<Diff>, Error> {
        let replay = Replay {
            server: &self.server,
            project,
            prelude: self.prelude.as_ref(),
            environment: environment.clone(),
        };
        Ok(traced(&replay, &[(expected, actual)]).await?.pop())
    }
}
