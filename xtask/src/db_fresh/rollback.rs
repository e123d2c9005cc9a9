//! Back down as far as there are down scripts, and up again. The schema must come out as it was.

use diagnostic::{Diagnostic, Fact, Place};
use migration_core::{Error, Migrations, Target};
use schema_contract::{Snapshot, diff};
use serde_json::json;

use super::{
    Ground, blame, contract, migrate,
    report::Report,
    steps::{Done, Steps},
};
use crate::{exit::Exit, failure::Failure, project::Origin};

/// Undoes what can be undone, applies it again and compares.
///
/// In a folder of somebody else's a down script that fails is theirs to know of and no failure of the proof: it is reported.
pub(super) async fn and_reapply(
    ground: &Ground<'_>,
    steps: &mut Steps<'_>,
    report: &mut Report,
    before: &Snapshot,
) -> Result<(), Failure> {
    if !ground.project.migrations.iter().any(has_down) {
        steps.skip("rollback", "there are no down scripts");
        return Ok(());
    }
    let mut found = json!(null);
    let work = async {
        match there_and_back(ground, before).await {
            Ok((detail, value)) => {
                found = value;
                Ok(Done::new((), detail))
            }
            Err(failure) => {
                found =
                    json!({ "ok": false, "code": failure.diagnostics[0].code, "what": failure.to_string() });
                Err(failure)
            }
        }
    };
    let ended = if ground.project.origin == Origin::Folder {
        steps.try_out("rollback", work).await
    } else {
        steps.run("rollback", work).await
    };
    report.rollback = Some(found);
    ended
}

fn has_down(set: &Migrations) -> bool {
    set.items.iter().any(|migration| migration.down.is_some())
}

async fn there_and_back(
    ground: &Ground<'_>,
    before: &Snapshot,
) -> Result<(String, serde_json::Value), Failure> {
    let (options, sets) = (ground.database.options(), &ground.project.migrations);
    let config = migrate::config(ground.project);
    let back = migration_core::rollback(options, sets, &Target::Reversible, &config, &mut |_| {}).await;
    let back = back.map_err(in_down)?;
    migration_core::apply(options, sets, &config, &mut |_| {})
        .await
        .map_err(not_again)?;
    let after = contract::snapshot(ground).await?;
    let difference = diff(before, &after);
    let undone = back.undone.len();
    if !difference.is_empty() {
        return Err(blame::irreversible(ground, &difference).await);
    }
    let until = back
        .stopped_at
        .as_ref()
        .map(|file| format!(", down to `{file}`, which has none"))
        .unwrap_or_default();
    let value = json!({ "ok": true, "undone": undone, "stopped_at": back.stopped_at });
    Ok((format!("{undone} undone and applied again{until}"), value))
}

/// The failure of a down script, named as such.
fn in_down(error: Error) -> Failure {
    let mut failure = Failure::from(error);
    for diagnostic in &mut failure.diagnostics {
        if diagnostic.code == "migration/sql" {
            diagnostic.code = "migration/down-failed";
            diagnostic.why = Some("a rollback in production would end here".into());
        }
    }
    failure
}

/// An up script that ran once and fails after its down script ran: the down script left something.
fn not_again(error: Error) -> Failure {
    let mut failure = Failure::from(error);
    for diagnostic in &mut failure.diagnostics {
        if diagnostic.code == "migration/sql" {
            diagnostic.code = "migration/not-reapplied";
            diagnostic.why = Some("it ran before: the down scripts did not undo all of it".into());
        }
    }
    failure
}

/// The difference that down and up scripts left, as facts.
pub(super) fn irreversible(difference: &schema_contract::Diff, culprit: Option<(String, String)>) -> Failure {
    let what = match &culprit {
        Some((file, _)) => format!(
            "the down script of `{file}` does not undo it: {}",
            difference.summary()
        ),
        None => format!(
            "the schema is another one after rolling back and applying again: {}",
            difference.summary()
        ),
    };
    let mut diagnostic = Diagnostic::new("migration/irreversible", what);
    diagnostic.place = culprit.map(|(_, path)| Place::file(path));
    diagnostic.facts.extend(
        difference
            .render()
            .lines()
            .map(|line| Fact::new("left", line.trim_end())),
    );
    diagnostic.why =
        Some("after a rollback and a second deployment production would differ from a new database".into());
    diagnostic
        .hints
        .push("make the down script undo exactly what the up script does".into());
    Failure::new(Exit::Migration, diagnostic)
}
