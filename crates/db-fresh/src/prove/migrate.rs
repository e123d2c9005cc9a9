//! All migrations, and all migrations once more.

use migration_core::{Applied, ApplyReport, Mode, Progress};

use super::{
    inputs::Inputs,
    problem::ProofProblem,
    report::{Item, Migrations, Report, Skipped},
    steps::{Done, Steps},
};
use crate::{
    context::Context,
    error::Error,
    output::{Progress as Bar, left_out},
};

/// Every migration.
pub(super) async fn all(
    inputs: &Inputs<'_>,
    context: &Context<'_>,
    steps: &mut Steps<'_>,
    report: &mut Report,
) -> Result<(), Error> {
    let total = inputs.project.migrations.iter().map(|set| set.items.len()).sum();
    let bar = context.console.progress("migrate", total);
    let mut applied = Vec::new();
    let work = async {
        let mut listen = |progress| watch(&progress, &bar, &mut applied);
        let ended = apply(inputs, &mut listen).await?;
        drop(bar);
        let detail = describe(&ended);
        Ok(Done::new(ended, detail))
    };
    let ended = steps.run("migrate", work).await;
    let skipped = ended
        .as_ref()
        .map(|ended| ended.skipped.as_slice())
        .unwrap_or_default();
    left_out(skipped, context.console);
    // What ran before a failure is part of the report too.
    report.migrations = Some(Migrations {
        total,
        applied: applied.len(),
        skipped: skipped
            .iter()
            .map(|one| Skipped {
                file: one.file.clone(),
                why: one.why.clone(),
            })
            .collect(),
        items: applied.iter().map(item).collect(),
    });
    ended.map(|_| ())
}

async fn apply(
    inputs: &Inputs<'_>,
    listen: &mut (dyn FnMut(Progress) + Send),
) -> Result<ApplyReport, migration_core::Error> {
    let config = inputs.runner();
    migration_core::apply(
        inputs.database.options(),
        &inputs.project.migrations,
        &config,
        listen,
    )
    .await
}

fn watch(progress: &Progress, bar: &Bar, applied: &mut Vec<Applied>) {
    match progress {
        Progress::Applied(one) => {
            bar.working_on(&one.file);
            bar.advance();
            applied.push(one.clone());
        }
        Progress::Step { file, step, of } => bar.working_on(&format!("{file}, step {step} of {of}")),
        _ => {}
    }
}

fn item(applied: &Applied) -> Item {
    Item {
        component: applied.component.clone(),
        version: applied.version.clone(),
        file: applied.file.clone(),
        applied_at: applied.applied_at.clone(),
        duration: applied.duration,
        transactional: applied.mode == Mode::Transactional,
    }
}

fn describe(report: &ApplyReport) -> String {
    let skipped = match report.skipped.len() {
        0 => String::new(),
        count => format!(", {count} left out"),
    };
    format!("{} of {} applied{skipped}", report.applied.len(), report.total)
}

/// All migrations once more. Nothing may be left to do.
pub(super) async fn again(inputs: &Inputs<'_>, steps: &mut Steps<'_>) -> Result<(), Error> {
    let work = async {
        let ended = apply(inputs, &mut |_| {}).await?;
        if ended.applied.is_empty() && ended.restamped.is_empty() {
            return Ok(Done::new((), "nothing to do"));
        }
        let files = ended.applied.into_iter().map(|one| one.file).collect();
        Err(ProofProblem::NotSettled { files }.into())
    };
    steps.run("again", work).await
}
