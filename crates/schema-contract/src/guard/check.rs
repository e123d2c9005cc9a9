//! The guard against a real database.

use serde::Serialize;
use sqlx::{AssertSqlSafe, PgConnection, Row};

use super::{Verdict, Version, VersionTable, verdict};
use crate::Error;

/// What the guard compares, and where it looks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GuardConfig {
    /// The schema version the application was built for.
    pub app_version: String,
    /// The table that holds the database's version.
    pub table: VersionTable,
    /// The key of its row.
    pub key: String,
    /// The environment whose row counts, where the table keeps one for each; where that one is missing, the row of `all`
    /// counts. `None` takes the newest version of any.
    pub environment: Option<String>,
    /// Whether the guard is enforced.
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

async fn database_version(conn: &mut PgConnection, config: &GuardConfig) -> Result<SchemaVersion, Error> {
    let unknown = |source| Error::VersionUnknown {
        table: config.table.to_string(),
        key: config.key.clone(),
        environment: config.environment.clone(),
        source,
    };
    let rows = sqlx::query(AssertSqlSafe(config.table.query()))
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
        let from = format!("{} / {}", config.table, config.key);
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
