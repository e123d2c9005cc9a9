//! `guard`: does the application fit the schema that is there?

use schema_contract::guard::{Enforcement, GuardConfig, VersionTable, check};
use serde_json::json;

use crate::{cli, context::Context, database::RealDatabase, error::Error, output::Level};

/// Refuses with exit code 5 unless the versions fit. `SKIP_SCHEMA_GUARD` passes it by, loudly.
pub(super) async fn run(args: &cli::Guard, context: &Context<'_>) -> Result<(), Error> {
    let real = RealDatabase::of(&args.database, context)?;
    let mut connection = real.connect().await?;
    let skipped = context.variables.is_on("SKIP_SCHEMA_GUARD");
    let config = GuardConfig {
        app_version: args.app_version.clone(),
        environment: Some(args.database.environment.clone()),
        enforcement: if skipped {
            Enforcement::Skipped
        } else {
            Enforcement::Enforced
        },
        table: version_table(),
        key: "schema_version".to_owned(),
    };
    let report = check(&mut connection, &config).await?;
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

/// Where the database says which version its schema has.
fn version_table() -> VersionTable {
    VersionTable {
        schema: None,
        name: "bot_config".to_owned(),
        key_column: "config_key".to_owned(),
        value_column: "config_value".to_owned(),
        environment_column: Some("environment".to_owned()),
    }
}
