//! A folder of seeds and a database to put them into.

use std::fs;

use diagnostic::{Explain, Paint, render_all};
use ephemeral_postgres::{TestDatabase, TestServer};
use secrecy::SecretString;
use seeding::{Config, Error, FolderConfig, Report, Seeds, apply, verify_unchanged};
use sqlx::PgConnection;

pub(crate) const KEY: &str = "a key that belongs to these tests alone";

pub(crate) struct Fixture {
    pub(crate) conn: PgConnection,
    pub(crate) dir: tempfile::TempDir,
    database: TestDatabase,
}

impl Fixture {
    /// A database with the schema, and an empty folder.
    pub(crate) async fn new(schema: &str) -> Self {
        let server = TestServer::shared(|name| std::env::var_os(name)).await.unwrap();
        let database = server.database().await.unwrap();
        let mut conn = database.connect().await.unwrap();
        execute(&mut conn, schema).await;
        Self {
            conn,
            dir: tempfile::tempdir().unwrap(),
            database,
        }
    }

    /// A second connection to the same database.
    pub(crate) async fn connect(&self) -> PgConnection {
        self.database.connect().await.unwrap()
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        fs::write(self.dir.path().join(name), text).unwrap();
    }

    pub(crate) fn seeds(&self) -> Seeds {
        Seeds::from_dir("operational", self.dir.path(), &FolderConfig::default()).unwrap()
    }

    pub(crate) async fn apply(&mut self, config: &Config) -> Result<Report, Error> {
        let seeds = self.seeds();
        apply(&mut self.conn, &seeds, config, &mut |_| ()).await
    }

    pub(crate) async fn verify(&mut self) -> Result<Report, Error> {
        let seeds = self.seeds();
        verify_unchanged(&mut self.conn, &seeds, &config(), &mut |_| ()).await
    }

    pub(crate) async fn count(&mut self, query: &'static str) -> i64 {
        sqlx::query_scalar(query).fetch_one(&mut self.conn).await.unwrap()
    }

    pub(crate) async fn text(&mut self, query: &'static str) -> String {
        sqlx::query_scalar(query).fetch_one(&mut self.conn).await.unwrap()
    }

    /// The error as a person sees it, with the folder's random name replaced.
    pub(crate) fn shown(&self, error: &Error) -> String {
        render_all(&error.diagnostics(), Paint::Plain)
            .replace(&self.dir.path().display().to_string(), "seeds")
    }
}

pub(crate) fn config() -> Config {
    Config {
        email_hash_key: Some(SecretString::from(KEY)),
        ..Config::default()
    }
}

pub(crate) async fn execute(conn: &mut PgConnection, sql: &str) {
    let sql = sqlx::AssertSqlSafe(sql.to_owned());
    sqlx::raw_sql(sql).execute(conn).await.unwrap();
}
