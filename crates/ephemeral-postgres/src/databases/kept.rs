//! Databases that were kept because their tests failed. Each is marked by its comment, so that any process can list them.

use diagnostic::RedactedUrl;
use sqlx::{
    Connection, PgConnection, Row,
    postgres::{PgConnectOptions, PgRow},
};

use super::database::url;
use crate::Error;

/// The comment of such a database starts with it; a colon and the test's name follow.
pub(super) const MARK: &str = "kept by db-fresh";

/// The database of a test that failed.
#[derive(Debug, Clone)]
pub struct KeptDatabase {
    /// The test.
    pub test: String,
    /// How to reach its database.
    pub url: RedactedUrl,
}

/// The statement that marks a database.
pub(super) fn mark(database: &str, test: &str) -> String {
    let test = test.replace('\'', "''");
    format!("COMMENT ON DATABASE \"{database}\" IS '{MARK}: {test}'")
}

/// The databases of failed tests on this server.
///
/// # Errors
/// [`Error::Sql`].
pub(crate) async fn kept(options: &PgConnectOptions) -> Result<Vec<KeptDatabase>, Error> {
    let failed = || Error::sql("look for the databases of failed tests");
    let mut connection = PgConnection::connect_with(options).await.map_err(failed())?;
    let question = sqlx::query(
        "SELECT datname::text AS name, substr(shobj_description(oid, 'pg_database'), length($1) + 3) AS test
         FROM pg_catalog.pg_database WHERE starts_with(shobj_description(oid, 'pg_database'), $1) ORDER BY 2",
    );
    let rows = question
        .bind(MARK)
        .fetch_all(&mut connection)
        .await
        .map_err(failed())?;
    let one = |row: &PgRow| {
        let (name, test): (String, String) = (row.try_get("name")?, row.try_get("test")?);
        let url = url(&options.clone().database(&name));
        Ok(KeptDatabase { test, url })
    };
    rows.iter().map(one).collect::<Result<_, _>>().map_err(failed())
}
