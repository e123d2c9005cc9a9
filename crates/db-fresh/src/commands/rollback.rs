//! `rollback`: down scripts, the newest first.

use migration_core::{Late, Target};
use serde_json::json;

use super::confirm::confirm;
use crate::{
    cli,
    context::Context,
    database::Deployment,
    error::Error,
    output::{Level, tell},
};

/// Asks, and undoes.
pub(super) async fn run(args: &cli::Rollback, context: &Context<'_>) -> Result<(), Error> {
    let on = Deployment::of(&args.apply.database, Late::Allow, context)?;
    let target = match &args.to {
        Some(version) => Target::To(version.clone()),
        None => Target::Last(args.last),
    };
    let what = match &target {
        Target::To(version) => format!("undo everything after {version} in {}", on.database.url),
        _ => format!("undo the last {} migrations in {}", args.last, on.database.url),
    };
    if args.apply.dry_run {
        let (options, sets) = (&on.database.options, &on.project.migrations);
        let chosen = migration_core::rollback_plan(options, sets, &target, &on.config).await?;
        context
            .console
            .data(&format!("would {what}:\n  {}", chosen.join("\n  ")));
        return Ok(());
    }
    confirm(&what, &args.apply, context)?;
    let mut listen = |progress| tell(progress, context.console);
    let (options, sets) = (&on.database.options, &on.project.migrations);
    let report = migration_core::rollback(options, sets, &target, &on.config, &mut listen).await?;
    let facts = json!({ "undone": report.undone.len() });
    context.console.say(Level::Info, "done", facts);
    Ok(())
}
