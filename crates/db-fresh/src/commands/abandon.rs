//! `abandon`: gives an interrupted migration up. Says first what stays.

use std::fmt::Write;

use diagnostic::visible;
use migration_core::{Direction, Interrupted, Late};
use serde_json::json;

use super::{
    confirm::{Consent, confirm},
    interrupted::{heading, interrupted},
};
use crate::{cli, context::Context, database::Deployment, error::Error, output::Level};

/// Forgets the steps of an interrupted migration.
pub(super) async fn run(args: &cli::OneFile, context: &Context<'_>) -> Result<(), Error> {
    let on = Deployment::of(&args.database, Late::Refuse, context)?;
    let found = interrupted(&on, context).await?;
    if let Some(one) = found.iter().find(|one| args.file.ends_with(&one.file)) {
        context.console.data(&abandonment(one));
    }
    if args.care.dry_run {
        if found.is_empty() {
            context.console.data("no migration was interrupted");
        }
        return Ok(());
    }
    let what = format!("give `{}` up in {}", args.file, on.database.url);
    confirm(Consent::of(&args.care), &what, &[], context).await?;
    let (options, sets) = (&on.database.options, &on.project.migrations);
    let one = migration_core::abandon(options, sets, &args.file, &on.config, &mut |_| {}).await?;
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
        let _ = writeln!(
            out,
            "  what step {} did stays: {}{line}",
            index + 1,
            visible(&place.file)
        );
    }
    if let Some(step) = one.running {
        let _ = writeln!(out, "  step {step} was running; look whether it had its effect");
    }
    let after = match one.direction {
        Direction::Up => "it counts as not applied then, and the next run begins with its first step",
        Direction::Down => "it counts as applied then, as before it was to be undone",
    };
    let _ = writeln!(out, "  {after}");
    out
}
