//! `rollback`: down scripts, the newest first. In a protected environment only for a reason.

use migration_core::{Late, Target};
use serde_json::json;

use super::{
    confirm::{Consent, confirm},
    protected::{Undoing, refuse_without_reason},
};
use crate::{
    cli,
    context::Context,
    database::{Deployment, refuse_in_folder},
    error::Error,
    output::{Level, tell},
};

/// Asks, and undoes.
pub(super) async fn run(args: &cli::Rollback, context: &Context<'_>) -> Result<(), Error> {
    let mut on = Deployment::of(&args.apply.database, Late::Allow, context)?;
    refuse_without_reason(Undoing::Rollback, &on.config.environment, &args.protected)?;
    on.config.protected_rollback = args.protected.rollback();
    refuse_in_folder(&on.database, &on.project, &on.config, context).await?;
    let target = match &args.to {
        Some(version) => Target::To(version.clone()),
        None => Target::Last(args.last),
    };
    let what = match &target {
        Target::To(version) => format!("undo everything after {version} in {}", on.database.url),
        _ => format!("undo the last {} migrations in {}", args.last, on.database.url),
    };
    // What stands in the way is told before anybody is asked.
    let (options, sets) = (&on.database.options, &on.project.migrations);
    let chosen = migration_core::rollback_plan(options, sets, &target, &on.config).await?;
    if args.apply.dry_run {
        context
            .console
            .data(&format!("would {what}:\n  {}", chosen.join("\n  ")));
        return Ok(());
    }
    confirm(Consent::of_apply(&args.apply), &what, &chosen, context).await?;
    let mut listen = |progress| tell(progress, context.console);
    let report = migration_core::rollback(options, sets, &target, &on.config, &mut listen).await?;
    let facts = json!({ "undone": report.undone.len() });
    context.console.say(Level::Info, "done", facts);
    Ok(())
}
