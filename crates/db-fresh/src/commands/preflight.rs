//! `preflight`: everything that is needed, checked, and nothing touched.

use preflight::{DatabaseNeeds, check_database, check_no_pooler};
use serde_json::json;

use crate::{
    cli,
    context::Context,
    database::{RealDatabase, load_project},
    error::Error,
    output::Level,
    project::Project,
};

/// Folders, variables, programs, and where a database is named its fitness and the role's rights.
pub(super) async fn run(args: &cli::Database, context: &Context<'_>) -> Result<(), Error> {
    let project = load_project(args, context)?;
    context.environment(args.environment.as_deref())?;
    let count: usize = project.migrations.iter().map(|set| set.items.len()).sum();
    context.console.say(
        Level::Info,
        &format!("{count} migrations are fit to run"),
        json!({}),
    );
    if args.database_url.is_none() && context.variables.text("DATABASE_URL").is_none() {
        context.console.say(
            Level::Info,
            "no database is named, so none was looked at",
            json!({}),
        );
        return Ok(());
    }
    let real = RealDatabase::of(args, context)?;
    database(&real, &project, context).await
}

/// Whether database and role are fit, and no pooler sits in between.
pub(super) async fn database(
    real: &RealDatabase,
    project: &Project,
    context: &Context<'_>,
) -> Result<(), Error> {
    let mut first = real.connect().await?;
    let mut second = real.connect().await?;
    let pooler = check_no_pooler(&mut first, &mut second);
    real.in_time("look for a pooler", pooler).await?;
    let needs = DatabaseNeeds {
        schemas: schemas(project),
        tables: project
            .ledger
            .tables()
            .map(|table| (project.ledger.schema.clone(), table))
            .to_vec(),
        ..DatabaseNeeds::default()
    };
    let checked = check_database(&mut first, &needs);
    let fit = real.in_time("read what the role may do", checked).await?;
    if let Some(advice) = fit.advice() {
        context.console.say(Level::Warn, &advice, json!({}));
    }
    let what = format!("role `{}` may do in `{}` what is needed", fit.role, fit.database);
    context.console.say(Level::Info, &what, json!({}));
    Ok(())
}

/// Where objects are made: the ledger's schema, and those that the components claim.
fn schemas(project: &Project) -> Vec<String> {
    let claimed = project
        .parts
        .iter()
        .filter_map(|part| part.scope.include.as_ref())
        .flatten();
    let mut schemas = vec![project.ledger.schema.clone()];
    for schema in claimed {
        if !schemas.contains(schema) {
            schemas.push(schema.clone());
        }
    }
    schemas
}
