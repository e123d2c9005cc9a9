//! All migrations once more on a database of its own, with a look at each level.
//!
//! It costs as much as the run itself, so only what has failed asks for it.

use ephemeral_postgres::{Database, Server};
use migration_core::{Environment, Runner};
use sqlx::PgConnection;

use super::{
    config::scratch_config,
    connection::{close, connect_to},
    prelude::Prelude,
};
use crate::{error::Error, project::Project};

/// What is replayed, and where.
pub(crate) struct Replay<'r> {
    pub(crate) server: &'r Server,
    pub(crate) project: &'r Project,
    pub(crate) prelude: Option<&'r Prelude>,
    /// Which migrations run: some are for development alone.
    pub(crate) environment: Environment,
}

impl Replay<'_> {
    /// Replays, and shows each level between two migrations: with the path of the migration that was applied last, without one before
    /// the first.
    pub(crate) async fn each(
        &self,
        look: impl AsyncFnMut(Option<&str>, &mut PgConnection),
    ) -> Result<(), Error> {
        let database = self.server.create_database("db_fresh_replay").await?;
        let ended = self.on(&database, look).await;
        // A server of ours takes it along in any case.
        let _ = database.drop_now().await;
        ended
    }

    async fn on(
        &self,
        database: &Database,
        mut look: impl AsyncFnMut(Option<&str>, &mut PgConnection),
    ) -> Result<(), Error> {
        let mut connection = self.begin(database).await?;
        look(None, &mut connection).await;
        let config = migration_core::Config {
            environment: self.environment.clone(),
            ..scratch_config(self.project)
        };
        let runner = Runner::connect(database.options(), &config).await?;
        let mut run = runner
            .start_apply(&self.project.migrations, &config, |_| {})
            .await?;
        while let Some(one) = run.next().await? {
            let file = self.path(&one.component, &one.file);
            look(Some(&file), &mut connection).await;
        }
        run.finish().await;
        close(connection).await;
        Ok(())
    }

    /// The database as it is before the first migration.
    async fn begin(&self, database: &Database) -> Result<PgConnection, Error> {
        if let Some(prelude) = self.prelude {
            prelude.run_again(database.options()).await?;
        }
        connect_to(database.options()).await
    }

    /// The migration's file as a person would type it.
    fn path(&self, component: &str, filename: &str) -> String {
        let sets = self.project.migrations.iter();
        let mut items = sets
            .filter(|set| set.component == component)
            .flat_map(|set| &set.items);
        let found = items.find(|item| item.filename == filename);
        found.map_or_else(|| filename.to_owned(), |item| item.up.file.display().to_string())
    }
}
