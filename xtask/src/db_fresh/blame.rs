//! Which migration it was: the folder is replayed on a second database, with the schema read after each migration.
//!
//! Left out on purpose: any use of it while all goes well. It costs a reading of the catalog for each migration.

use migration_core::{Migrations, Target};
use schema_contract::{Diff, Snapshot, diff, snapshot};
use sqlx::{Connection, PgConnection};

use super::{Ground, migrate, rollback};
use crate::failure::Failure;

/// The failure of a rollback that left the schema changed, with the down script that did it where it can be found.
pub(super) async fn irreversible(ground: &Ground<'_>, difference: &Diff) -> Failure {
    match culprit(ground).await {
        Ok(Some((file, path, found))) => rollback::irreversible(&found, Some((file, path))),
        // Without a culprit the difference itself is all there is to say.
        Ok(None) | Err(_) => rollback::irreversible(difference, None),
    }
}

/// The newest migration whose down script does not lead back to the schema before it.
async fn culprit(ground: &Ground<'_>) -> Result<Option<(String, String, Diff)>, Failure> {
    let database = ground.server.create_database("db_fresh_replay").await?;
    let found = search(ground, database.options()).await;
    let _ = database.drop_now().await;
    found
}

async fn search(
    ground: &Ground<'_>,
    options: &sqlx::postgres::PgConnectOptions,
) -> Result<Option<(String, String, Diff)>, Failure> {
    let config = migrate::config(ground.project);
    let sets = &ground.project.migrations;
    let mut connection = PgConnection::connect_with(options)
        .await
        .map_err(anyhow::Error::from)?;
    if let Some(prelude) = ground.prelude {
        migrate::run_prelude(&mut connection, prelude).await?;
    }
    let scope = ground.project.whole();
    let mut schemas: Vec<Snapshot> = vec![snapshot(&mut connection, &scope).await?];
    for count in 1..=total(sets) {
        migration_core::apply(options, &first(sets, count), &config, &mut |_| {}).await?;
        schemas.push(snapshot(&mut connection, &scope).await?);
    }
    for count in (1..=total(sets)).rev() {
        let upto = first(sets, count);
        let newest = upto
            .iter()
            .rfind(|set| !set.items.is_empty())
            .and_then(|set| set.items.last());
        let Some(migration) = newest.filter(|newest| newest.down.is_some()) else {
            break;
        };
        migration_core::rollback(options, &upto, &Target::Last(1), &config, &mut |_| {}).await?;
        let left = diff(&schemas[count - 1], &snapshot(&mut connection, &scope).await?);
        if !left.is_empty() {
            let down = migration
                .down
                .as_ref()
                .map(|down| down.file.display().to_string())
                .unwrap_or_default();
            return Ok(Some((migration.filename.clone(), down, left)));
        }
    }
    Ok(None)
}

fn total(sets: &[Migrations]) -> usize {
    sets.iter().map(|set| set.items.len()).sum()
}

/// The first so many migrations over all components, in the order in which they run.
fn first(sets: &[Migrations], count: usize) -> Vec<Migrations> {
    let mut left = count;
    let cut = |set: &Migrations| {
        let mut set = set.clone();
        set.items.truncate(left);
        left -= set.items.len();
        set
    };
    sets.iter().map(cut).collect()
}
