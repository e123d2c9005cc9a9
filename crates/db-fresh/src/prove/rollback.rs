//! Back down as far as there are down scripts, and up again. The schema must come out as it was, and so must each level between.

use diagnostic::Place;
use ephemeral_postgres::Database;
use migration_core::{Migrations, RollbackReport, Runner, Target};
use schema_contract::{Diff, Snapshot, diff};
use serde_json::{Value, json};

use super::{
    acquire::connect,
    contract,
    inputs::Inputs,
    levels::{Culprit, Levels, Named, Sides, Watch},
    problem::ProofProblem,
    report::Report,
    steps::{Done, Steps},
};
use crate::{error::Error, project::Origin, schema::connect_to};

/// Undoes what can be undone, applies it again and compares.
///
/// In a folder of somebody else's a down script that fails is theirs to know of and no failure of the proof: it is reported.
pub(super) async fn and_reapply(
    inputs: &Inputs<'_>,
    steps: &mut Steps<'_>,
    report: &mut Report,
    before: &Snapshot,
) -> Result<(), Error> {
    if let Some(failure) = unfit_down_scripts(inputs) {
        report.rollback = Some(reported(&failure));
        return steps.run("rollback", async { Err::<Done<()>, _>(failure) }).await;
    }
    if !inputs.project.migrations.iter().any(has_down) {
        steps.skip("rollback", "there are no down scripts");
        return Ok(());
    }
    let mut found = json!(null);
    let work = async {
        match there_and_back(inputs, before).await {
            Ok(back) => {
                found = json!({ "ok": true, "undone": back.undone.len(), "stopped_at": back.stopped_at });
                Ok(Done::new((), describe(&back)))
            }
            Err(failure) => {
                found = reported(&failure);
                Err(failure)
            }
        }
    };
    let ended = if inputs.project.origin == Origin::Folder {
        steps.try_out("rollback", work).await
    } else {
        steps.run("rollback", work).await
    };
    report.rollback = Some(found);
    ended
}

/// What keeps down scripts of the project itself from being run. Those of a folder of somebody else's are warned of alone.
fn unfit_down_scripts(inputs: &Inputs<'_>) -> Option<Error> {
    let problems = inputs
        .project
        .migrations
        .iter()
        .map(|set| set.down_problems.clone());
    let problems: Vec<_> = problems.filter(|problems| !problems.is_empty()).collect();
    let is_own = inputs.project.origin == Origin::Components;
    (is_own && !problems.is_empty()).then(|| Error::DownScripts(problems))
}

fn has_down(set: &Migrations) -> bool {
    set.items.iter().any(|migration| migration.down.is_some())
}

fn describe(back: &RollbackReport) -> String {
    let undone = back.undone.len();
    match &back.stopped_at {
        None => format!("{undone} undone and applied again"),
        Some(file) if undone == 0 => format!("nothing to undo: `{file}`, the newest, has no down script"),
        Some(file) => {
            format!("{undone} undone and applied again, down to `{file}`, which has no down script")
        }
    }
}

fn reported(failure: &Error) -> Value {
    let code = failure.diagnostics().first().map(|diagnostic| diagnostic.code);
    json!({ "ok": false, "code": code, "what": failure.to_string() })
}

async fn there_and_back(inputs: &Inputs<'_>, before: &Snapshot) -> Result<RollbackReport, Error> {
    let mut levels = Levels::new(connect(inputs).await?);
    let (back, applied) = once(inputs, inputs.database, &mut levels).await;
    let back = back.map_err(in_down)?;
    if let Some(culprit) = levels.culprit() {
        let left = difference(inputs, &culprit).await;
        return Err(irreversible(inputs, left, Some(&culprit.migration)));
    }
    applied.map_err(not_again)?;
    let left = diff(before, &contract::snapshot(inputs).await?);
    if left.is_empty() {
        Ok(back)
    } else {
        Err(irreversible(inputs, Some(left), None))
    }
}

/// Down and up again, one migration at a time: between them the schema is read.
async fn once(
    inputs: &Inputs<'_>,
    database: &Database,
    watch: &mut impl Watch,
) -> (
    Result<RollbackReport, migration_core::Error>,
    Result<(), migration_core::Error>,
) {
    let back = down(inputs, database, watch).await;
    let applied = match &back {
        Ok(_) => up(inputs, database, watch).await,
        Err(_) => Ok(()),
    };
    (back, applied)
}

async fn down(
    inputs: &Inputs<'_>,
    database: &Database,
    watch: &mut impl Watch,
) -> Result<RollbackReport, migration_core::Error> {
    let (sets, config) = (&inputs.project.migrations, inputs.runner());
    let runner = Runner::connect(database.options(), &config).await?;
    let mut run = runner
        .start_rollback(sets, &Target::Reversible, &config, |_| {})
        .await?;
    while let Some(one) = run.next().await? {
        watch.undone(&one).await;
    }
    Ok(run.finish().await)
}

async fn up(
    inputs: &Inputs<'_>,
    database: &Database,
    watch: &mut impl Watch,
) -> Result<(), migration_core::Error> {
    let (sets, config) = (&inputs.project.migrations, inputs.runner());
    let runner = Runner::connect(database.options(), &config).await?;
    let mut run = runner.start_apply(sets, &config, |_| {}).await?;
    while let Some(one) = run.next().await? {
        watch.applied(&one).await;
    }
    run.finish().await;
    Ok(())
}

/// What the down script leaves, seen on a database of its own. Where that fails the script is named without it.
async fn difference(inputs: &Inputs<'_>, culprit: &Culprit) -> Option<Diff> {
    let database = inputs.server.create_database("db_fresh_replay").await.ok()?;
    let found = on_replay(inputs, &database, culprit).await;
    // The server takes it along in any case.
    let _ = database.drop_now().await;
    found.ok().flatten()
}

async fn on_replay(
    inputs: &Inputs<'_>,
    database: &Database,
    culprit: &Culprit,
) -> Result<Option<Diff>, Error> {
    let (options, sets) = (database.options(), &inputs.project.migrations);
    if let Some(prelude) = inputs.prelude {
        prelude.run(options).await?;
    }
    let connection = connect_to(options).await?;
    migration_core::apply(options, sets, &inputs.runner(), &mut |_| {}).await?;
    let mut sides = Sides::new(connection, inputs.project.whole(), culprit.clone());
    let (back, _) = once(inputs, database, &mut sides).await;
    back?;
    Ok(sides.difference())
}

/// The failure of a down script, named as such.
fn in_down(error: migration_core::Error) -> Error {
    match error {
        migration_core::Error::Sql(failure) => ProofProblem::DownFailed(failure).into(),
        other => other.into(),
    }
}

/// An up script that ran once and fails after its down script ran: the down script left something that no catalog shows.
fn not_again(error: migration_core::Error) -> Error {
    match error {
        migration_core::Error::Sql(failure) => ProofProblem::NotReapplied(failure).into(),
        other => other.into(),
    }
}

fn irreversible(inputs: &Inputs<'_>, left: Option<Diff>, culprit: Option<&Named>) -> Error {
    let problem = ProofProblem::Irreversible {
        file: culprit.map(|named| named.file.clone()),
        place: culprit.and_then(|named| place(inputs, named)),
        left,
    };
    problem.into()
}

fn place(inputs: &Inputs<'_>, named: &Named) -> Option<Place> {
    let set = inputs
        .project
        .migrations
        .iter()
        .find(|set| set.component == named.component)?;
    let migration = set.items.iter().find(|item| item.filename == named.file)?;
    let down = migration.down.as_ref()?;
    Some(Place::file(down.file.display().to_string()))
}
