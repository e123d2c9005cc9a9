//! `seed`: development data into a real database.

use diagnostic::Values;
use migration_core::Protection;
use seeding::{Config, Progress, SeedFile};
use serde_json::json;
use sqlx::PgConnection;

use crate::{
    cli,
    context::Context,
    database::{RealDatabase, environment, load_project},
    error::Error,
    output::Level,
    project::Project,
};

/// Checks the key before anything is touched, and seeds.
pub(super) async fn run(args: &cli::Database, context: &Context<'_>) -> Result<(), Error> {
    let project = load_project(args, context)?;
    let config = config(&project, args, context)?;
    let real = RealDatabase::of(args, context)?;
    apply(&real, &project, &config, context).await
}

/// How seeds are run here. Without the key that they need it is an error, now.
pub(super) fn config(
    project: &Project,
    args: &cli::Database,
    context: &Context<'_>,
) -> Result<Config, Error> {
    let config = Config {
        email_hash_key: context.variables.email_hash_key(),
        environment: args.environment.clone(),
        split_statements: Some(migration_core::split_statements),
        values: match environment(&args.environment, &context.config).protection {
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
        let totals = report.totals();
        let facts = json!({
            "inserted": totals.inserted,
            "updated": totals.updated,
            "deleted": totals.deleted,
            "unchanged": totals.unchanged,
        });
        console.say(Level::Info, &format!("seeded {}", report.component), facts);
    }
    Ok(())
}
