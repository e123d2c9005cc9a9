//! `smoke`: apply → status, and with a version → roll back → reapply → status, on a real database.

use std::time::Instant;

use migration_core::{Late, State};
use schema_contract::Snapshot;
use serde_json::json;

use super::problem::CommandProblem;
use super::{
    migrate,
    protected::{Undoing, refuse_without_reason},
    rollback, wait,
};
use crate::{cli, context::Context, database::Deployment, error::Error, output::Level, schema::close};

/// Whatever happens after the rollback, what was undone is applied again before this ends.
pub(super) async fn run(args: &cli::Smoke, context: &Context<'_>) -> Result<(), Error> {
    let begun = Instant::now();
    let database = &args.apply.database;
    let on = Deployment::of(database, Late::Refuse, context)?;
    if args.version.is_some() {
        refuse_without_reason(Undoing::Smoke, &on.config.environment, &args.protected)?;
    }
    migrate::run(&args.apply, context).await?;
    let undo = args.version.as_ref().map(|version| cli::Rollback {
        apply: args.apply.clone(),
        last: 1,
        to: Some(version.clone()),
        protected: args.protected.clone(),
    });
    if args.apply.dry_run {
        return match &undo {
            Some(undo) => rollback::run(undo, context).await,
            None => Ok(()),
        };
    }
    nothing_is_pending(&on).await?;
    if let Some(undo) = &undo {
        let before = snapshot(&on).await?;
        let undone = rollback::run(undo, context).await;
        // What asked before needs no second word to be put back.
        let again = cli::Apply {
            yes: true,
            ..args.apply.clone()
        };
        migrate::run(&again, context).await?;
        undone?;
        nothing_is_pending(&on).await?;
        compare(&before, &snapshot(&on).await?)?;
    }
    let facts = json!({
        "rolledBackTo": args.version,
        "durationSeconds": wait::seconds(begun.elapsed()),
    });
    context.console.say(Level::Info, "smoke test passed", facts);
    Ok(())
}

async fn nothing_is_pending(on: &Deployment) -> Result<(), Error> {
    let overview = migration_core::overview(&on.database.options, &on.project.migrations, &on.config).await?;
    let is_open = |state: &State| !matches!(state, State::Applied { .. } | State::Skipped { .. });
    let open = overview.items.iter().filter(|item| is_open(&item.state));
    let open: Vec<_> = open.map(|item| item.file.clone()).collect();
    if open.is_empty() {
        return Ok(());
    }
    Err(CommandProblem::SmokeStatus { open }.into())
}

async fn snapshot(on: &Deployment) -> Result<Snapshot, Error> {
    let mut connection = on.database.connect().await?;
    let schema = on.database.snapshot(&mut connection, &on.project.whole()).await?;
    close(connection).await;
    Ok(schema)
}

fn compare(before: &Snapshot, after: &Snapshot) -> Result<(), Error> {
    let diff = schema_contract::diff(before, after);
    if diff.is_empty() {
        return Ok(());
    }
    Err(CommandProblem::SmokeDiffers(Box::new(diff)).into())
}
