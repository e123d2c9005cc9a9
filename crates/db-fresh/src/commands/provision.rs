//! `provision`: wait, preflight, migrate, seed, on a real database. Twice is the same as once.

use std::time::Instant;

use migration_core::Late;
use readiness::{Backoff, Level as Ready, Target};
use serde_json::json;

use super::{migrate, plan, preflight, seed, wait};
use crate::{
    cli,
    context::Context,
    database::{Deployment, refuse_in_folder},
    error::Error,
    output::Level,
};

/// What can be known without the database is checked first: a seed's missing key must not be found after a wait of minutes.
pub(super) async fn run(args: &cli::Provision, context: &Context<'_>) -> Result<(), Error> {
    let begun = Instant::now();
    let on = Deployment::of(&args.database, Late::Refuse, context)?;
    let left_out = left_out(args, context);
    let seeding = match left_out {
        Some(_) => None,
        None => Some(seed::config(&on.project, &args.database, context)?),
    };
    let backoff = wait::limited(Backoff::default(), args.timeout, context)?;
    let target = Target::postgres(on.database.options.clone());
    // A dry run does not even try a write out.
    let level = if args.dry_run {
        Ready::Database
    } else {
        Ready::Stable
    };
    wait::until(&target, level, &backoff, wait::Report::Each, context).await?;
    refuse_in_folder(&on.database, &on.project, &on.config, context).await?;
    preflight::database(&on.database, &on.project, context).await?;
    if args.dry_run {
        return dry_run(&on, seeding.as_ref(), context).await;
    }
    let report = migrate::apply(&on, context).await?;
    migrate::say(&report, &on.config, context);
    match (&seeding, left_out) {
        (Some(seeding), _) => seed(&on, seeding, args, context).await?,
        (None, why) => context.console.say(
            Level::Info,
            "seeds left out",
            json!({ "reason": why.unwrap_or_default() }),
        ),
    }
    let facts = json!({
        "applied": report.applied.len(),
        "already": report.already,
        "durationSeconds": wait::seconds(begun.elapsed()),
    });
    context
        .console
        .say(Level::Info, "Database provisioning completed successfully", facts);
    Ok(())
}

/// Why there is no seeding; nothing when there is.
fn left_out(args: &cli::Provision, context: &Context<'_>) -> Option<String> {
    if args.skip_seed {
        Some("--skip-seed".to_owned())
    } else if context.variables.is_on("SKIP_SEED") {
        Some("SKIP_SEED is on".to_owned())
    } else {
        None
    }
}

/// Seeds are a development affair: a database without them is provisioned all the same, unless they are required.
async fn seed(
    on: &Deployment,
    config: &seeding::Config,
    args: &cli::Provision,
    context: &Context<'_>,
) -> Result<(), Error> {
    match seed::apply(&on.database, &on.project, config, context).await {
        Err(failure) if !args.require_seed => {
            for diagnostic in &failure.diagnostics() {
                let mut facts = json!({ "code": diagnostic.code, "reason": diagnostic.what });
                if let Some(cause) = diagnostic.causes.first() {
                    facts["cause"] = json!(cause);
                }
                if let Some(hint) = diagnostic.hints.first() {
                    facts["suggestion"] = json!(hint);
                }
                context.console.say(
                    Level::Warn,
                    "seeding failed, provisioning goes on without it",
                    facts,
                );
            }
            Ok(())
        }
        ended => ended,
    }
}

/// What would run, as data, and not a word written.
async fn dry_run(
    on: &Deployment,
    seeding: Option<&seeding::Config>,
    context: &Context<'_>,
) -> Result<(), Error> {
    let overview = migration_core::overview(&on.database.options, &on.project.migrations, &on.config).await?;
    let mut text = plan::text(&overview).trim_end().to_owned();
    let seeds = on.project.parts.iter().filter_map(|part| part.seeds.as_ref());
    for seeds in seeds {
        let Some(config) = seeding else { break };
        let left_out = seeds.left_out(config);
        let files = seeds.files().len() - left_out.len();
        text.push_str(&format!(
            "\nthen {files} files of seeds for {}",
            seeds.component()
        ));
        for (file, why) in left_out {
            text.push_str(&format!("\nleft out {file}: {why}"));
        }
    }
    context.console.data(&text);
    plan::unfit(&overview)
}
