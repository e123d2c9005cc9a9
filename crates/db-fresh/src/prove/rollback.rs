//! Back down as far as there are down scripts, and up again. The schema must come out as it was, and so must each level between.

use diagnostic::Place;
use migration_core::{Migrations, RollbackReport, Runner, Target};
use schema_contract::{Diff, Snapshot, diff};
use serde_json::{Value, json};

use super::{
    blame::{self, Way},
    bottom, contract,
    inputs::Inputs,
    levels::{Levels, Named},
    problem::ProofProblem,
    report::Report,
    steps::{Done, Steps},
};
use crate::{error::Error, project::Origin};

/// Looks at the schema before the first migration, where there is something to undo later.
pub(super) async fn begin(inputs: &Inputs<'_>) -> Option<Levels> {
    if inputs.project.migrations.iter().any(has_down) {
        Some(Levels::begin(inputs).await)
    } else {
        None
    }
}

/// Undoes what can be undone, applies it again and compares.
///
/// In a folder of somebody else's a down script that fails is theirs to know of and no failure of the proof: it is reported.
pub(super) async fn and_reapply(
    inputs: &Inputs<'_>,
    steps: &mut Steps<'_>,
    report: &mut Report,
    levels: Option<Levels>,
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
        match there_and_back(inputs, levels, before).await {
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
    let diagnostics = failure.diagnostics();
    let first = diagnostics.first();
    let code = first.map(|diagnostic| diagnostic.code);
    let place = first.and_then(|diagnostic| diagnostic.place.as_ref());
    json!({ "ok": false, "code": code, "what": failure.to_string(), "where": place })
}

async fn there_and_back(
    inputs: &Inputs<'_>,
    levels: Option<Levels>,
    before: &Snapshot,
) -> Result<RollbackReport, Error> {
    let mut levels = match levels {
        Some(levels) => levels,
        None => Levels::start(inputs).await,
    };
    levels.reach_top().await;
    let back = down(inputs, &mut levels).await;
    let at_bottom = match &back {
        Ok(report) => bottom::difference(inputs, before, &levels, report).await,
        Err(_) => Diff::default(),
    };
    let applied = match &back {
        Ok(_) => up(inputs, &mut levels).await,
        Err(_) => Ok(()),
    };
    levels.close().await;
    let way = Way {
        levels: &levels,
        back: &back,
        applied: &applied,
        at_bottom: &at_bottom,
    };
    if blame::is_doubtful(inputs, &way, before).await
        && let Some(found) = blame::culprit(inputs, &way, before).await
        && !failed_again(&applied, &found.migration)
    {
        return Err(irreversible(inputs, found.difference, Some(&found.migration)));
    }
    let back = back.map_err(in_down)?;
    applied.map_err(not_again)?;
    let left = diff(before, &contract::snapshot(inputs).await?);
    if left.is_empty() {
        Ok(back)
    } else {
        Err(irreversible(inputs, Some(left), None))
    }
}

/// Whether the up script of this migration is the one that failed: that says more than what its down script left.
fn failed_again(applied: &Result<(), migration_core::Error>, named: &Named) -> bool {
    let Err(migration_core::Error::Sql(failure)) = applied else {
        return false;
    };
    failure.component == named.component && failure.file == named.file
}

/// Undoes one migration at a time: between them the schema is read.
async fn down(inputs: &Inputs<'_>, levels: &mut Levels) -> Result<RollbackReport, migration_core::Error> {
    let (sets, config) = (&inputs.project.migrations, inputs.runner());
    let runner = Runner::connect(inputs.database.options(), &config).await?;
    let mut run = runner
        .start_rollback(sets, &Target::Reversible, &config, |_| {})
        .await?;
    while let Some(one) = run.next().await? {
        levels.undone(&one).await;
    }
    Ok(run.finish().await)
}

/// Applies one migration at a time.
async fn up(inputs: &Inputs<'_>, levels: &mut Levels) -> Result<(), migration_core::Error> {
    let (sets, config) = (&inputs.project.migrations, inputs.runner());
    let runner = Runner::connect(inputs.database.options(), &config).await?;
    let mut run = runner.start_apply(sets, &config, |_| {}).await?;
    while run.next().await?.is_some() {
        levels.applied().await;
    }
    run.finish().await;
    Ok(())
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
