//! The guard against a real database.

use serde::Serialize;
use sqlx::{AssertSqlSafe, PgConnection, Row};

use super::{Verdict, Version, verdict};
use crate::{Error, name};

/// What the guard compares, and where it looks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GuardConfig {
    /// The schema version the application was built for: `APP_SCHEMA_VERSION`.
    pub app_version: String,
    /// The table that holds the database's version, as `bot_config` or `schema.table`.
    pub table: String,
    /// The key of its row.
    pub key: String,
    /// The environment whose row counts, where the table keeps one for each; the row of `all` stands in for one that is
    /// not there. `None` takes the newest version of any.
    pub environment: Option<String>,
    /// Whether the guard is to be passed by: `SKIP_SCHEMA_GUARD`.
    pub enforcement: Enforcement,
}

/// Whether the guard is enforced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Enforcement {
    /// A misfit is an error.
    #[default]
    Enforced,
    /// A misfit is only reported.
    Skipped,
}

impl Default for GuardConfig {
    fn default() -> Self {
        Self {
            app_version: "0.0.0".to_owned(),
            table: "bot_config".to_owned(),
            key: "schema_version".to_owned(),
            environment: None,
            enforcement: Enforcement::Enforced,
        }
    }
}

/// What the database says about its own version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SchemaVersion {
    /// The version.
    pub version: Version,
    /// The migration that set it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub migration: Option<String>,
    /// When it was set, as the row has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<String>,
}

/// How the guard decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GuardReport {
    /// What the application was built for, as given.
    pub application: String,
    /// What the database has, if it says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub database: Option<SchemaVersion>,
    /// The verdict, if there are two versions to compare.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verdict: Option<Verdict>,
    /// What came of it.
    pub outcome: Outcome,
    /// What must be shown to a person, loudly: the guard was passed by, and whether it would have refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub warning: Option<String>,
}

/// What came of the guard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// The application fits.
    Passed,
    /// Nobody looked, by explicit wish.
    Bypassed,
}

/// Checks whether the application fits the database. One round trip; reads only.
///
/// # Errors
///
/// [`Error::ApplicationNewer`], [`Error::VersionConflict`], [`Error::NoVersion`] and [`Error::VersionUnknown`] (the
/// row or the table is missing, SQLSTATE 42P01, or may not be read, 42501). With [`Enforcement::Skipped`] none of
/// these is an error; the report's warning says what the guard would have said.
pub async fn check(conn: &mut PgConnection, config: &GuardConfig) -> Result<GuardReport, Error> {
    let found = compare(conn, config).await;
    match config.enforcement {
        Enforcement::Enforced => {
            let (application, database) = found?;
            let verdict = verdict(&application, &database.version);
            match verdict {
                Verdict::ApplicationNewer => Err(Error::ApplicationNewer {
                    application,
                    database: database.version,
                }),
                Verdict::MajorDiffers => Err(Error::VersionConflict {
                    application,
                    database: database.version,
                }),
                Verdict::Equal | Verdict::DatabaseNewer => Ok(GuardReport {
                    application: config.app_version.clone(),
                    database: Some(database),
                    verdict: Some(verdict),
                    outcome: Outcome::Passed,
                    warning: None,
                }),
            }
        }
        Enforcement::Skipped => Ok(bypassed(config, found)),
    }
}

fn bypassed(config: &GuardConfig, found: Result<(Version, SchemaVersion), Error>) -> GuardReport {
    let (database, verdict, would) = match found {
        Ok((application, database)) => {
            let verdict = verdict(&application, &database.version);
            let would = if verdict.allows() {
                "it would have passed"
            } else {
                "it would have REFUSED"
            };
            let would = format!(
                "{would} (application {application}, database {})",
                database.version
            );
            (Some(database), Some(verdict), would)
        }
        Err(error) => (None, None, format!("it would have REFUSED: {error}")),
    };
    GuardReport {
        application: config.app_version.clone(),
        database,
        verdict,
        outcome: Outcome::Bypassed,
        warning: Some(format!("SCHEMA GUARD SKIPPED: {would}")),
    }
}

async fn compare(conn: &mut PgConnection, config: &GuardConfig) -> Result<(Version, SchemaVersion), Error> {
    let application = parse(&config.app_version, "the application")?;
    Ok((application, database_version(conn, config).await?))
}

/// A row that counts wherever an environment has none of its own.
const EVERY_ENVIRONMENT: &str = "all";

async fn database_version(conn: &mut PgConnection, config: &GuardConfig) -> Result<SchemaVersion, Error> {
    let unknown = |source| Error::VersionUnknown {
        table: config.table.clone(),
        key: config.key.clone(),
        environment: config.environment.clone(),
        source,
    };
    let table = config
        .table
        .split('.')
        .map(|part| format!("\"{}\"", part.replace('"', "\"\"")))
        .collect::<Vec<_>>();
    let sql = format!(
        "SELECT config_value ->> 'version', config_value ->> 'migration', config_value ->> 'timestamp' FROM {} \
         WHERE config_key = $1 AND ($2::text IS NULL OR environment::text IN ($2, '{EVERY_ENVIRONMENT}')) \
         ORDER BY $2::text IS NOT NULL AND environment::text = '{EVERY_ENVIRONMENT}'",
        table.join(".")
    );
    let rows = sqlx::query(AssertSqlSafe(sql))
        .bind(&config.key)
        .bind(&config.environment)
        .fetch_all(conn)
        .await
        .map_err(|source| unknown(Some(source)))?;
    let mut newest: Option<SchemaVersion> = None;
    for row in &rows {
        if config.environment.is_some() && newest.is_some() {
            // The row of the environment itself came first; that of all environments only stands in for it.
            break;
        }
        let text: Option<String> = row.get(0);
        let from = format!("{} / {}", name::quoted(&config.table), config.key);
        let version = parse(&text.unwrap_or_default(), &from)?;
        if newest.as_ref().is_none_or(|known| known.version < version) {
            newest = Some(SchemaVersion {
                version,
                migration: row.get(1),
                timestamp: row.get(2),
            });
        }
    }
    newest.ok_or_else(|| unknown(None))
}

fn parse(text: &str, from: &str) -> Result<Version, Error> {
    text.parse().map_err(|_| Error::NoVersion {
        text: text.to_owned(),
        from: from.to_owned(),
    })
}
