//! `seed`: data for development into a real database, and what is for any environment into a protected one.

use diagnostic::Values;
use migration_core::{Environment, Late, Protection, use_server_settings};
use seeding::{Config, Outcome, Progress, SeedFile};
use serde_json::json;
use sqlx::PgConnection;

use super::unnamed::say_how_to_name;
use crate::{
    cli,
    context::Context,
    database::{RealDatabase, load_project, recorded_environment, refuse_other_environment, runner},
    error::Error,
    output::Level,
    project::Project,
};

/// Checks the key before anything is touched, and seeds.
pub(super) async fn run(args: &cli::Database, context: &Context<'_>) -> Result<(), Error> {
    let project = load_project(args, context)?;
    let mut config = config(&project, args, context)?;
    let real = RealDatabase::of(args, context)?;
    let runner = runner(args, &project, Late::Refuse, context)?;
    refuse_other_environment(&real, &project, &runner, context).await?;
    if config.environment.is_empty() {
        let recorded = recorded_environment(&real, &project, &runner, context).await?;
        config.environment = recorded.unwrap_or_default();
    }
    migration_core::record_protected_environment(&real.options, &runner).await?;
    apply(&real, &project, &config, context).await
}

/// How seeds are run here. Without the key that they need it is an error, now.
pub(super) fn config(
    project: &Project,
    args: &cli::Database,
    context: &Context<'_>,
) -> Result<Config, Error> {
    let Environment { name, protection } = context.environment(args.environment.as_deref())?;
    let config = Config {
        email_hash_key: context.variables.email_hash_key(),
        environment: name,
        protection: match protection {
            Protection::Open => seeding::Protection::Open,
            Protection::Protected => seeding::Protection::Protected,
        },
        split_statements: Some(migration_core::split_statements),
        values: match protection {
            Protection::Open => context.console.values(),
            Protection::Protected => Values::Hidden,
        },
        ..Config::default()
    };
    for part in &project.parts {
        if let Some(seeds) = &part.seeds {
            seeds.check(&config)?;
        }
    }
    Ok(config)
}

/// Seeds, component by component.
pub(super) async fn apply(
    real: &RealDatabase,
    project: &Project,
    config: &Config,
    context: &Context<'_>,
) -> Result<(), Error> {
    let mut connection = real.connect().await?;
    use_server_settings(&mut connection, &real.options, &real.config()).await?;
    let mut left_out = 0;
    for seeds in project.parts.iter().filter_map(|part| part.seeds.as_ref()) {
        let console = context.console;
        let mut listen = |progress: Progress<'_>| {
            if let Progress::Started { file } = progress {
                console.say(Level::Debug, &format!("seeding {file}"), json!({}));
            }
        };
        let seed = async |connection: &mut PgConnection| {
            seeding::apply(connection, seeds, config, &mut listen).await
        };
        let size = seeds.files().iter().map(SeedFile::size).max().unwrap_or(0);
        let report = real
            .watched("seed the database", size, &mut connection, seed)
            .await?;
        for file in &report.files {
            if let Outcome::Skipped { why } = &file.outcome {
                let what = format!("left out {}: {why}", file.file);
                console.say(
                    Level::Info,
                    &what,
                    json!({ "filename": file.file, "reason": why }),
                );
                left_out += 1;
            }
        }
        let totals = report.totals();
        let facts = json!({
            "inserted": totals.inserted,
            "updated": totals.updated,
            "deleted": totals.deleted,
            "unchanged": totals.unchanged,
        });
        console.say(Level::Info, &format!("seeded {}", report.component), facts);
    }
    say_how_to_name(&config.environment, left_out, context);
    Ok(())
}
