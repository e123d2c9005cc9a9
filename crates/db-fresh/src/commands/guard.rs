//! `guard`: does the application fit the schema that is there?

use schema_contract::guard::{Enforcement, GuardConfig, check};
use serde_json::json;

use super::problem::CommandProblem;
use crate::{
    cli::{self, UsageProblem},
    context::Context,
    database::RealDatabase,
    error::Error,
    output::Level,
};

/// Refuses with exit code 5 unless the versions fit. `SKIP_SCHEMA_GUARD` passes it by, loudly.
pub(super) async fn run(args: &cli::Guard, context: &Context<'_>) -> Result<(), Error> {
    let setting = context
        .config
        .guard
        .as_ref()
        .ok_or(CommandProblem::NoVersionTable)?;
    let given = args.app_version.as_deref();
    let app_version = context
        .variables
        .or_flag(given, "APP_SCHEMA_VERSION")?
        .ok_or(UsageProblem::NoAppVersion)?;
    let environment = context.environment(args.database.environment.as_deref())?;
    let real = RealDatabase::of(&args.database, context)?;
    let mut connection = real.connect().await?;
    let skipped = context.variables.is_on("SKIP_SCHEMA_GUARD");
    let config = GuardConfig {
        app_version,
        environment: Some(environment.name).filter(|name| !name.is_empty()),
        enforcement: if skipped {
            Enforcement::Skipped
        } else {
            Enforcement::Enforced
        },
        table: setting.table(),
        key: setting.key.clone(),
    };
    let checked = check(&mut connection, &config);
    let report = real.in_time("read the version of the schema", checked).await?;
    if let Some(warning) = &report.warning {
        context.console.say(Level::Warn, warning, json!({}));
    }
    let database = report
        .database
        .map_or_else(|| "unknown".to_owned(), |database| database.version.to_string());
    let facts = json!({ "application": report.application, "database": database });
    context
        .console
        .say(Level::Info, "the schema's version was compared", facts);
    Ok(())
}
