//! `migrate`: what is pending, applied.

use std::time::Duration;

use migration_core::{ApplyReport, Config, Late, Runner, State};
use serde_json::json;
use sqlx::postgres::PgConnectOptions;

use super::{
    confirm::{Consent, confirm},
    plan,
    unnamed::say_how_to_name,
};
use crate::{
    cli,
    context::Context,
    database::{Deployment, RealDatabase, TOOL, limit, load_project, refuse_in_folder, runner},
    error::Error,
    output::{Level, left_out, tell},
};

/// Says what would run, asks where somebody can be asked, and runs it.
pub(super) async fn run(args: &cli::Apply, context: &Context<'_>) -> Result<(), Error> {
    let real = RealDatabase::of(&args.database, context)?;
    // The folders are read while the server answers.
    let connecting = tokio::spawn(connect(real.options.clone(), limit(context)?));
    let project = load_project(&args.database, context)?;
    let late = if args.allow_late {
        Late::Allow
    } else {
        Late::Refuse
    };
    let config = runner(&args.database, &project, late, context)?;
    refuse_in_folder(&real, &project, &config, context).await?;
    let mut runner = connecting
        .await
        .map_err(|error| Error::system("cannot wait for the connection", error))??;
    if !args.dry_run
        && let Some(report) = runner.up_to_date(&project.migrations, &config).await?
    {
        runner.close().await;
        say(&report, &config, context);
        return Ok(());
    }
    let overview = runner.overview(&project.migrations, &config).await?;
    if args.dry_run {
        runner.close().await;
        context.console.data(&plan::text(&overview));
        return plan::unfit(&overview);
    }
    let is_pending =
        |state: &State| matches!(state, State::Pending | State::Late | State::Interrupted { .. });
    let pending = overview
        .items
        .iter()
        .filter(|item| is_pending(&item.state))
        .count();
    if pending > 0 && overview.problems.is_empty() {
        let consent = Consent::of_apply(args);
        if !consent.asks(context) {
            context.console.prose(&plan::text(&overview));
        }
        let what = format!("apply {pending} migrations to {}", real.url);
        confirm(consent, &what, &plan::lines(&overview), context).await?;
    }
    let report = runner
        .apply(&project.migrations, &config, &mut |progress| {
            tell(progress, context.console);
        })
        .await?;
    say(&report, &config, context);
    Ok(())
}

/// What reading folders needs nothing of: only the tool's name matters to a connection.
async fn connect(options: PgConnectOptions, limit: Duration) -> Result<Runner, migration_core::Error> {
    let config = Config {
        tool: TOOL.to_owned(),
        connect_timeout: limit,
        ..Config::default()
    };
    Runner::connect(&options, &config).await
}

/// Applies and says what happens.
pub(super) async fn apply(on: &Deployment, context: &Context<'_>) -> Result<ApplyReport, Error> {
    let mut listen = |progress| tell(progress, context.console);
    Ok(migration_core::apply(
        &on.database.options,
        &on.project.migrations,
        &on.config,
        &mut listen,
    )
    .await?)
}

pub(super) fn say(report: &ApplyReport, config: &Config, context: &Context<'_>) {
    left_out(&report.skipped, context.console);
    say_how_to_name(&config.environment.name, report.skipped.len(), context);
    for file in &report.restamped {
        let what = format!("{file}: only comments or line ends changed; its checksum was updated");
        context.console.say(Level::Info, &what, json!({}));
    }
    let (applied, already) = (report.applied.len(), report.already);
    let facts = json!({ "applied": applied, "already": already, "total": report.total });
    context.console.say(Level::Info, "done", facts);
}
