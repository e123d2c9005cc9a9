//! The migration whose down script does not undo it, found on a fresh database: what the down script leaves is compared with what
//! was there before its up script ran for the first time.
//!
//! Nothing that a down script left can hide there. It costs more than rolling back and applying again, so only doubt asks for it.

use std::collections::HashSet;

use ephemeral_postgres::Database;
use migration_core::Runner;
use schema_contract::{Diff, Fingerprint, Fingerprints, Snapshot, snapshot};
use sqlx::PgConnection;

use super::{inputs::Inputs, left_behind, levels::Named};
use crate::{
    error::Error,
    schema::{Builder, close, connect_to, only},
};

/// A migration and what its down script leaves or takes too much.
pub(super) struct Culprit {
    pub(super) migration: Named,
    /// Where it could be read.
    pub(super) difference: Option<Diff>,
}

/// The newest migration whose down script leaves another schema than its up script found. Nobody where the schemas are the same.
pub(super) async fn find(inputs: &Inputs<'_>, top: &Snapshot) -> Result<Option<Culprit>, Error> {
    let database = inputs.server.create_database("db_fresh_replay").await?;
    let found = on(inputs, &database, top).await;
    // A server of ours takes it along in any case.
    let _ = database.drop_now().await;
    found
}

async fn on(inputs: &Inputs<'_>, database: &Database, top: &Snapshot) -> Result<Option<Culprit>, Error> {
    if let Some(prelude) = inputs.prelude {
        prelude.run_again(database.options()).await?;
    }
    let mut connection = connect_to(database.options()).await?;
    let scope = inputs.project.whole();
    let (mut fingerprints, _) = Fingerprints::start(&mut connection, &scope).await?;
    let first = fingerprints.whole(&mut connection).await?;
    let mut search = Search {
        inputs,
        connection,
        fingerprints,
        levels: vec![(None, first)],
        extensions: left_behind::extensions(top),
        harmless: HashSet::new(),
    };
    search.up(database).await?;
    let found = search.down(database).await;
    close(search.connection).await;
    found
}

/// The way up and down.
struct Search<'s> {
    inputs: &'s Inputs<'s>,
    connection: PgConnection,
    fingerprints: Fingerprints,
    /// The schema before the first migration, and after each.
    levels: Vec<(Option<Named>, Fingerprint)>,
    /// Those that there are at the top: they may stay.
    extensions: Vec<String>,
    /// How far apart fingerprints of equal schemas were seen to be.
    harmless: HashSet<(u64, u64)>,
}

impl Search<'_> {
    async fn up(&mut self, database: &Database) -> Result<(), Error> {
        let (sets, config) = (&self.inputs.project.migrations, self.inputs.runner());
        let runner = Runner::connect(database.options(), &config).await?;
        let mut run = runner.start_apply(sets, &config, |_| {}).await?;
        while let Some(one) = run.next().await? {
            let level = self.fingerprints.whole(&mut self.connection).await?;
            self.levels.push((Some(Named::from(&one)), level));
        }
        run.finish().await;
        Ok(())
    }

    /// Ends at the first that is found, or with the first down script that fails.
    async fn down(&mut self, database: &Database) -> Result<Option<Culprit>, Error> {
        let (sets, config) = (&self.inputs.project.migrations, self.inputs.runner());
        let runner = Runner::connect(database.options(), &config).await?;
        let target = migration_core::Target::Reversible;
        let mut run = runner.start_rollback(sets, &target, &config, |_| {}).await?;
        let mut found = None;
        while let Ok(Some(one)) = run.next().await {
            found = self.check(Named::from(&one)).await?;
            if found.is_some() {
                break;
            }
        }
        run.finish().await;
        Ok(found)
    }

    async fn check(&mut self, undone: Named) -> Result<Option<Culprit>, Error> {
        let after = self.fingerprints.whole(&mut self.connection).await?;
        let place = self
            .levels
            .iter()
            .position(|(named, _)| named.as_ref() == Some(&undone));
        let Some(below) = place.and_then(|place| place.checked_sub(1)) else {
            return Ok(None);
        };
        let distance = after.distance(self.levels[below].1);
        if distance == (0, 0) || self.harmless.contains(&distance) {
            return Ok(None);
        }
        let difference = self.difference(below).await?;
        if difference.is_empty() {
            self.harmless.insert(distance);
            return Ok(None);
        }
        Ok(Some(Culprit {
            migration: undone,
            difference: Some(difference),
        }))
    }

    /// What differs between the schema as it is now and as it was at this level of the way up, built once more.
    async fn difference(&mut self, level: usize) -> Result<Diff, Error> {
        let scope = self.inputs.project.whole();
        let applied: Vec<&Named> = self.levels[..=level]
            .iter()
            .filter_map(|(named, _)| named.as_ref())
            .collect();
        let sets = only(&self.inputs.project.migrations, |set, file| {
            let is_it = |one: &&Named| one.component == set.component && one.file == file;
            applied.iter().any(is_it)
        });
        let config = self.inputs.runner();
        let before = builder(self.inputs).schema(&[sets], &config, &scope).await?;
        let after = snapshot(&mut self.connection, &scope).await?;
        Ok(left_behind::difference(&before, &after, &self.extensions))
    }
}

fn builder<'b>(inputs: &'b Inputs<'_>) -> Builder<'b> {
    Builder {
        server: inputs.server,
        prelude: inputs.prelude,
    }
}

/// The schema below these migrations, built on a fresh database.
pub(super) async fn below(inputs: &Inputs<'_>, undone: &[Named]) -> Result<Snapshot, Error> {
    let sets = only(&inputs.project.migrations, |set, file| {
        !undone
            .iter()
            .any(|one| one.component == set.component && one.file == file)
    });
    let (config, scope) = (inputs.runner(), inputs.project.whole());
    builder(inputs).schema(&[sets], &config, &scope).await
}
