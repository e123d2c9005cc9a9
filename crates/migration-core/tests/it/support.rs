//! A database, a folder in memory, and what a database comes to.

use std::path::PathBuf;

use ephemeral_postgres::{TestDatabase, TestServer};
use migration_core::{ApplyReport, Config, Error, FolderConfig, Format, Migrations, apply};
use sqlx::{Connection, Executor, PgConnection, Row, postgres::PgConnectOptions};

/// An empty database.
pub(crate) async fn database() -> TestDatabase {
    let server = TestServer::shared(|name| std::env::var_os(name)).await.unwrap();
    server.database().await.unwrap()
}

/// A folder of files, as `from_dir` would read it.
pub(crate) fn set(files: &[(&str, &str)]) -> Migrations {
    named_set("app", files)
}

pub(crate) fn named_set(component: &str, files: &[(&str, &str)]) -> Migrations {
    let files = files
        .iter()
        .map(|(name, text)| (PathBuf::from(name), text.as_bytes().to_vec()));
    Migrations::from_files(component, files, Some(Format::Native), &FolderConfig::default()).unwrap()
}

pub(crate) async fn run(options: &PgConnectOptions, sets: &[Migrations]) -> Result<ApplyReport, Error> {
    apply(options, sets, &Config::default(), &mut |_| {}).await
}

/// Runs SQL on a connection of its own.
pub(crate) async fn execute(options: &PgConnectOptions, sql: &str) {
    let mut connection = PgConnection::connect_with(options).await.unwrap();
    connection
        .execute(sqlx::AssertSqlSafe(sql.to_owned()))
        .await
        .unwrap();
    connection.close().await.unwrap();
}

/// One column of text.
pub(crate) async fn ask(options: &PgConnectOptions, sql: &str) -> Vec<String> {
    let mut connection = PgConnection::connect_with(options).await.unwrap();
    let rows = sqlx::raw_sql(sqlx::AssertSqlSafe(sql.to_owned()))
        .fetch_all(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();
    rows.iter()
        .map(|row| {
            row.try_get_unchecked::<Option<String>, _>(0)
                .unwrap()
                .unwrap_or_default()
        })
        .collect()
}

/// Tables with columns, indexes with their validity, the rows of the tables, ledger and progress: everything that an
/// interruption might have left different.
pub(crate) async fn state(options: &PgConnectOptions) -> String {
    let mut lines = ask(
        options,
        "SELECT format('column %s.%s %s', c.relname, a.attname, a.attnotnull) FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
         WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
         UNION ALL SELECT format('index %s %s', indexrelid::regclass, indisvalid) FROM pg_index x JOIN pg_class c ON c.oid = x.indexrelid
         WHERE c.relnamespace = 'public'::regnamespace
         UNION ALL SELECT format('applied %s %s %s', component, filename, checksum) FROM schema_migrations
         UNION ALL SELECT format('unfinished %s', filename) FROM schema_migrations_progress ORDER BY 1",
    )
    .await;
    let tables =
        "SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
                  AND relname NOT LIKE 'schema_migrations%' ORDER BY 1";
    for table in ask(options, tables).await {
        let rows = ask(options, &format!("SELECT t::text FROM {table} AS t ORDER BY 1")).await;
        lines.extend(rows.into_iter().map(|row| format!("row {table} {row}")));
    }
    lines.join("\n")
}
