//! `resume`, `mark-applied`, `abandon`: what only a person can decide. Each says first what it will do.

use std::fmt::Write;

use migration_core::{Config, Interrupted, Late, Progress, Running, Way};
use serde_json::json;

use super::confirm::{Consent, confirm_unless};
use crate::{
    cli::{self, Found},
    context::Context,
    database::{RealDatabase, runner, selection},
    error::Error,
    output::{Level, short},
    project::Project,
};

/// What all three begin with.
struct Inputs {
    project: Project,
    real: RealDatabase,
    config: Config,
}

impl Inputs {
    fn of(args: &cli::Database, context: &Context<'_>) -> Result<Self, Error> {
        let project = Project::load(&context.config, &selection(args), &context.variables)?;
        let real = RealDatabase::of(args, context)?;
        let config = runner(args, &project.ledger, Late::Refuse, context);
        Ok(Self {
            project,
            real,
            config,
        })
    }

    async fn interrupted(&self) -> Result<Vec<Interrupted>, Error> {
        let found = migration_core::interrupted(&self.real.options, &self.project.migrations, &self.config);
        Ok(found.await?)
    }
}

/// Goes on with what was interrupted, and with nothing else.
pub(super) async fn resume(args: &cli::Resume, context: &Context<'_>) -> Result<(), Error> {
    let inputs = Inputs::of(&args.database, context)?;
    let running = match args.running {
        None => Running::Unknown,
        Some(Found::Done) => Running::Done,
        Some(Found::Again) => Running::Again,
    };
    let found = inputs.interrupted().await?;
    for one in &found {
        context.console.data(&resumption(one, running));
    }
    if args.care.dry_run {
        if found.is_empty() {
            context.console.data("no migration was interrupted");
        }
        return Ok(());
    }
    if !found.is_empty() {
        let what = format!(
            "go on with {} interrupted migrations in {}",
            found.len(),
            inputs.real.url
        );
        confirm_unless(Consent::of(&args.care), &what, context)?;
    }
    let (options, sets) = (&inputs.real.options, &inputs.project.migrations);
    let console = context.console;
    let mut listen = |progress| match progress {
        Progress::Step { file, step, of } => {
            console.say(
                Level::Info,
                &format!("{file}: step {step} of {of} done"),
                json!({}),
            );
        }
        Progress::Applied(one) => {
            let what = format!("applied {} in {}", one.file, short(one.duration));
            console.say(Level::Info, &what, json!({ "filename": one.file }));
        }
        Progress::Undone(one) => {
            let what = format!("undid {} in {}", one.file, short(one.duration));
            console.say(Level::Info, &what, json!({ "filename": one.file }));
        }
        _ => {}
    };
    migration_core::resume(options, sets, running, &inputs.config, &mut listen).await?;
    Ok(())
}

fn resumption(one: &Interrupted, running: Running) -> String {
    let mut out = heading(one);
    if one.edited {
        let _ = writeln!(
            out,
            "  its file is another one now, so it cannot go on: restore it"
        );
    }
    let first = match (one.running, running) {
        (Some(step), Running::Done) => {
            let _ = writeln!(out, "  step {step} was running and counts as done");
            step
        }
        (Some(step), Running::Again) => {
            let _ = writeln!(out, "  step {step} was running and runs again");
            step - 1
        }
        (Some(step), Running::Unknown) => {
            let _ = writeln!(
                out,
                "  step {step} was running; the catalog is asked whether it had its effect"
            );
            step - 1
        }
        (None, _) => one.done,
    };
    for (index, place) in one.steps.iter().enumerate().skip(first) {
        let line = place.line.map(|line| format!(":{line}")).unwrap_or_default();
        let _ = writeln!(out, "  would run step {}, {}{line}", index + 1, place.file);
    }
    out
}

fn heading(one: &Interrupted) -> String {
    let script = match one.script {
        Way::Up => "",
        Way::Down => "the down script of ",
    };
    let of = one.of.map(|of| format!(" of {of}")).unwrap_or_default();
    format!(
        "{script}`{}` ({}): {}{of} steps are done\n",
        one.file, one.component, one.done
    )
}

/// Writes a row without running anything.
pub(super) async fn mark_applied(args: &cli::OneFile, context: &Context<'_>) -> Result<(), Error> {
    let inputs = Inputs::of(&args.database, context)?;
    let found = inputs.interrupted().await?;
    let begun = found.iter().find(|one| args.file.ends_with(&one.file));
    if let Some(one) = begun {
        context.console.data(&heading(one));
    }
    let what = format!(
        "write into the ledger of {} that `{}` is applied, without running it",
        inputs.real.url, args.file
    );
    if args.care.dry_run {
        context.console.data(&format!("would {what}"));
        return Ok(());
    }
    confirm_unless(Consent::of(&args.care), &what, context)?;
    let (options, sets) = (&inputs.real.options, &inputs.project.migrations);
    let file = migration_core::mark_applied(options, sets, &args.file, &inputs.config, &mut |_| {}).await?;
    context.console.say(
        Level::Info,
        &format!("`{file}` is on record as applied"),
        json!({ "filename": file }),
    );
    Ok(())
}

/// Forgets the steps of an interrupted migration.
pub(super) async fn abandon(args: &cli::OneFile, context: &Context<'_>) -> Result<(), Error> {
    let inputs = Inputs::of(&args.database, context)?;
    let found = inputs.interrupted().await?;
    if let Some(one) = found.iter().find(|one| args.file.ends_with(&one.file)) {
        context.console.data(&abandonment(one));
    }
    if args.care.dry_run {
        if found.is_empty() {
            context.console.data("no migration was interrupted");
        }
        return Ok(());
    }
    let what = format!("give `{}` up in {}", args.file, inputs.real.url);
    confirm_unless(Consent::of(&args.care), &what, context)?;
    let (options, sets) = (&inputs.real.options, &inputs.project.migrations);
    let one = migration_core::abandon(options, sets, &args.file, &inputs.config, &mut |_| {}).await?;
    let said = format!("gave `{}` up after {} of its steps", one.file, one.done);
    context
        .console
        .say(Level::Info, &said, json!({ "filename": one.file }));
    Ok(())
}

fn abandonment(one: &Interrupted) -> String {
    let mut out = heading(one);
    for (index, place) in one.steps.iter().enumerate().take(one.done) {
        let line = place.line.map(|line| format!(":{line}")).unwrap_or_default();
        let _ = writeln!(out, "  what step {} did stays: {}{line}", index + 1, place.file);
    }
    if let Some(step) = one.running {
        let _ = writeln!(out, "  step {step} was running; look whether it had its effect");
    }
    let after = match one.script {
        Way::Up => "it counts as not applied then, and the next run begins with its first step",
        Way::Down => "it counts as applied then, as before it was to be undone",
    };
    let _ = writeln!(out, "  {after}");
    out
}
