//! All migrations, and all migrations once more.

use migration_core::{Applied, ApplyReport, Mode, Omitted, Progress};

use super::{
    both_ways::{Another, BothWays, Ran},
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

/// What came of the migrations.
pub(super) struct Migrated {
    /// The database to go on with, where it is not the one that was given.
    pub(super) another: Option<Another>,
    pub(super) ended: Result<(), Error>,
}

/// Every migration, each in a session of its own. Where one leaves something in its session that its tool would keep for the next one,
/// also in one session.
pub(super) async fn all(
    inputs: &Inputs<'_>,
    context: &Context<'_>,
    steps: &mut Steps<'_>,
    report: &mut Report,
) -> Migrated {
    let total = inputs.project.migrations.iter().map(|set| set.items.len()).sum();
    let bar = context.console.progress("migrate", total);
    let mut ran = Ran::default();
    let mut both = BothWays::of(inputs);
    let work = async {
        let mut listen = |progress| watch(&progress, &bar, &mut ran.applied);
        let ended = both.isolated(&mut listen).await;
        drop(bar);
        match ended {
            Ok(ended) => ran.skipped = ended.skipped,
            Err(failure) => both.failed(failure, &mut ran).await?,
        }
        Ok(Done::new((), describe(&ran, total)))
    };
    let ended = steps.run("migrate", work).await;
    left_out(&ran.skipped, context.console);
    let compared = both.tell(steps, &mut ran, ended.is_ok()).await;
    report.sessions = both.report();
    // What ran before a failure is part of the report too.
    report.migrations = Some(Migrations {
        total,
        applied: ran.applied.len(),
        skipped: ran.skipped.iter().map(skipped).collect(),
        items: ran.applied.iter().map(item).collect(),
    });
    Migrated {
        another: both.another(),
        ended: ended.and(compared),
    }
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

fn skipped(one: &Omitted) -> Skipped {
    Skipped {
        file: one.file.clone(),
        why: one.why.clone(),
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

fn describe(ran: &Ran, total: usize) -> String {
    let skipped = match ran.skipped.len() {
        0 => String::new(),
        count => format!(", {count} left out"),
    };
    format!("{} of {total} applied{skipped}", ran.applied.len())
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

async fn apply(
    inputs: &Inputs<'_>,
    listen: &mut (dyn FnMut(Progress) + Send),
) -> Result<ApplyReport, migration_core::Error> {
    let (options, sets) = (inputs.database.options(), &inputs.project.migrations);
    migration_core::apply(options, sets, &inputs.runner(), listen).await
}
