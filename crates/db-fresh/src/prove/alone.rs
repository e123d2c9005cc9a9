//! One migration alone: applied and undone on a fresh database that has those below it.
//!
//! What its down script leaves there, or that it fails there, is its own fault and nobody else's. Out of scope: finding out which
//! migration to try.

use ephemeral_postgres::Database;
use migration_core::{Migrations, Runner, Target};
use schema_contract::{Diff, Snapshot, snapshot};

use super::{inputs::Inputs, left_behind, levels::Named};
use crate::{
    error::Error,
    schema::{close, connect_to, only},
};

/// What its down script leaves; empty where it undoes its up script. At the top are the extensions that may stay.
pub(super) async fn leaves(inputs: &Inputs<'_>, named: &Named, top: &Snapshot) -> Result<Diff, Error> {
    let database = inputs.server.create_database("db_fresh_replay").await?;
    let ended = difference(inputs, &database, named, top).await;
    // A server of ours takes it along in any case.
    let _ = database.drop_now().await;
    ended
}

/// Whether the server refuses a statement of its down script there as well.
pub(super) async fn fails(inputs: &Inputs<'_>, named: &Named) -> Result<bool, Error> {
    let database = inputs.server.create_database("db_fresh_replay").await?;
    let [_, with] = up_to(&inputs.project.migrations, named);
    let ended = match apply(inputs, &database, &with).await {
        Ok(()) => Ok(matches!(
            undo(inputs, &database, &with).await,
            Err(migration_core::Error::Sql(_))
        )),
        Err(error) => Err(error),
    };
    let _ = database.drop_now().await;
    ended
}

async fn difference(
    inputs: &Inputs<'_>,
    database: &Database,
    named: &Named,
    top: &Snapshot,
) -> Result<Diff, Error> {
    let [below, with] = up_to(&inputs.project.migrations, named);
    let scope = inputs.project.whole();
    apply(inputs, database, &below).await?;
    let mut connection = connect_to(database.options()).await?;
    let before = snapshot(&mut connection, &scope).await?;
    migration_core::apply(database.options(), &with, &inputs.runner(), &mut |_| {}).await?;
    undo(inputs, database, &with).await?;
    let after = snapshot(&mut connection, &scope).await?;
    close(connection).await;
    Ok(left_behind::difference(
        &before,
        &after,
        &left_behind::extensions(top),
    ))
}

async fn apply(inputs: &Inputs<'_>, database: &Database, sets: &[Migrations]) -> Result<(), Error> {
    if let Some(prelude) = inputs.prelude {
        prelude.run_again(database.options()).await?;
    }
    let config = inputs.runner();
    migration_core::apply(database.options(), sets, &config, &mut |_| {}).await?;
    Ok(())
}

/// Undoes the last one.
async fn undo(
    inputs: &Inputs<'_>,
    database: &Database,
    sets: &[Migrations],
) -> Result<(), migration_core::Error> {
    let config = inputs.runner();
    let runner = Runner::connect(database.options(), &config).await?;
    let undone = runner
        .rollback(sets, &Target::Last(1), &config, &mut |_| {})
        .await;
    undone.map(|_| ())
}

/// The migrations below this one, and those with it.
fn up_to(sets: &[Migrations], named: &Named) -> [Vec<Migrations>; 2] {
    let is_it = |set: &Migrations, file: &str| set.component == named.component && file == named.file;
    let place = |set: &Migrations, file: &str| {
        let set_place = sets.iter().position(|other| other.component == set.component);
        let place = set.items.iter().position(|item| item.filename == file);
        (set_place, place)
    };
    let last = sets.iter().find(|set| set.component == named.component);
    let last = last.map(|set| place(set, &named.file));
    let is_below = |set: &Migrations, file: &str| Some(place(set, file)) < last;
    [
        only(sets, |set, file| is_below(set, file)),
        only(sets, |set, file| is_below(set, file) || is_it(set, file)),
    ]
}
