//! `resume`: goes on with what was interrupted. Says first what it will do.

use std::fmt::Write;

use diagnostic::visible;
use migration_core::{Direction, Interrupted, Late, Running};

use super::{
    confirm::{Consent, confirm},
    interrupted::{heading, interrupted},
    protected::{Undoing, refuse_without_reason},
};
use crate::{
    cli::{self, Found},
    context::Context,
    database::Deployment,
    error::Error,
    output::tell,
};

/// Goes on with what was interrupted, and with nothing else.
pub(super) async fn run(args: &cli::Resume, context: &Context<'_>) -> Result<(), Error> {
    let mut on = Deployment::of(&args.database, Late::Refuse, context)?;
    on.config.protected_rollback = args.protected.rollback();
    let running = match args.running {
        None => Running::Unknown,
        Some(Found::Done) => Running::Done,
        Some(Found::Again) => Running::Again,
    };
    let found = interrupted(&on, context).await?;
    for one in &found {
        context.console.data(&resumption(one, running));
    }
    if found.iter().any(|one| one.direction == Direction::Down) {
        refuse_without_reason(Undoing::Resumption, &on.config.environment, &args.protected)?;
    }
    migration_core::may_be_resumed(&on.project.migrations, &found, &on.config)?;
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
            on.database.url
        );
        let files: Vec<_> = found.iter().map(|one| one.file.clone()).collect();
        confirm(Consent::of(&args.care), &what, &files, context).await?;
    }
    let (options, sets) = (&on.database.options, &on.project.migrations);
    let mut listen = |progress| tell(progress, context.console);
    migration_core::resume(options, sets, running, &on.config, &mut listen).await?;
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
        let _ = writeln!(
            out,
            "  would run step {}, {}{line}",
            index + 1,
            visible(&place.file)
        );
    }
    out
}
