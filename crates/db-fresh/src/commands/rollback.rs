//! `rollback`: down scripts, the newest first.

use migration_core::{Late, Progress, Target};
use serde_json::json;

use super::confirm::confirm;
use crate::{
    cli,
    context::Context,
    database::{RealDatabase, runner, selection},
    error::Error,
    output::{Level, short},
    project::Project,
};

/// Asks, and undoes.
pub(super) async fn run(args: &cli::Rollback, context: &Context<'_>) -> Result<(), Error> {
    let project = Project::load(
        &context.config,
        &selection(&args.apply.database),
        &context.variables,
    )?;
    let real = RealDatabase::of(&args.apply.database, context)?;
    let config = runner(&args.apply.database, &project.ledger, Late::Allow, context);
    let target = match &args.to {
        Some(version) => Target::To(version.clone()),
        None => Target::Last(args.last),
    };
    let what = match &target {
        Target::To(version) => format!("undo everything after {version} in {}", real.url),
        _ => format!("undo the last {} migrations in {}", args.last, real.url),
    };
    if args.apply.dry_run {
        let chosen =
            migration_core::rollback_plan(&real.options, &project.migrations, &target, &config).await?;
        context
            .console
            .data(&format!("would {what}:\n  {}", chosen.join("\n  ")));
        return Ok(());
    }
    confirm(&what, &args.apply, context)?;
    let console = context.console;
    let mut listen = |progress: Progress| {
        if let Progress::Undone(one) = progress {
            console.say(
                Level::Info,
                &format!("undid {} in {}", one.file, short(one.duration)),
                json!({}),
            );
        }
    };
    let sets = &project.migrations;
    let report = migration_core::rollback(&real.options, sets, &target, &config, &mut listen).await?;
    console.say(Level::Info, "done", json!({ "undone": report.undone.len() }));
    Ok(())
}
