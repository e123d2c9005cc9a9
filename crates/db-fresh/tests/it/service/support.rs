//! Services of a few small migrations, and databases for them.

use std::{path::PathBuf, time::Duration};

use db_fresh::{
    Error,
    migration_core::{FolderConfig, Format, Migrations},
    readiness::Backoff,
    schema_contract::{Scope, Snapshot, snapshot},
    service::{Component, Event, Service, ServiceConfig, StartReport},
};
use ephemeral_postgres::{TestDatabase, TestServer};
use sqlx::{AssertSqlSafe, Connection, PgConnection, Row, postgres::PgConnectOptions};

use crate::reference::runtime;

pub(crate) const USERS: (&str, &str) = ("0001_users.sql", "CREATE TABLE users (id bigint PRIMARY KEY);");
pub(crate) const POSTS: (&str, &str) = (
    "0002_posts.sql",
    "CREATE TABLE posts (id bigint PRIMARY KEY, author bigint REFERENCES users);",
);

/// Runs a test on the runtime that the shared server belongs to.
pub(crate) fn run<T>(work: impl Future<Output = T>) -> T {
    runtime().block_on(work)
}

/// An empty database.
pub(crate) async fn database() -> TestDatabase {
    let server = TestServer::shared(|name| std::env::var_os(name)).await.unwrap();
    server.database().await.unwrap()
}

/// A component of these files, without a contract.
pub(crate) fn component(name: &str, files: &[(&str, &str)]) -> Component {
    let files = files
        .iter()
        .map(|(name, text)| (PathBuf::from(name), text.as_bytes().to_vec()));
    let set = Migrations::from_files(name, files, Some(Format::Native), &FolderConfig::default());
    Component::new(set.unwrap())
}

/// A service of one component that applies it, and gives up after a few attempts.
pub(crate) fn config(options: PgConnectOptions, files: &[(&str, &str)]) -> ServiceConfig {
    ServiceConfig {
        backoff: few(),
        ..ServiceConfig::new(options, vec![component("app", files)])
    }
}

/// A few attempts within half a second.
pub(crate) fn few() -> Backoff {
    Backoff {
        attempts: 5,
        max: Duration::from_millis(100),
        settle: Duration::ZERO,
        ..Backoff::local()
    }
}

/// Starts a service of this configuration.
pub(crate) async fn start(config: ServiceConfig) -> Result<StartReport, Error> {
    Service::new(config)?.start(&mut |_| ()).await
}

/// The codes of an error, and its exit code.
pub(crate) fn codes(error: &Error) -> (u8, Vec<&'static str>) {
    let codes = error.diagnostics().iter().map(|one| one.code).collect();
    (error.exit().code(), codes)
}

/// What each attempt met, in the words of the last one.
pub(crate) async fn last_seen(config: ServiceConfig) -> String {
    let mut seen = String::new();
    let mut listen = |event| {
        if let Event::NotReady(attempt) = event {
            seen = attempt.seen.detail;
        }
    };
    let error = Service::new(config)
        .unwrap()
        .start(&mut listen)
        .await
        .unwrap_err();
    match error {
        Error::Readiness(error) => error.last_seen().unwrap().seen.detail.clone(),
        other => panic!("{other}, after: {seen}"),
    }
}

/// The schema that is there, the ledger included where the scope leaves it.
pub(crate) async fn recorded(options: &PgConnectOptions, scope: &Scope) -> Snapshot {
    let mut connection = connect(options).await;
    snapshot(&mut connection, scope).await.unwrap()
}

pub(crate) async fn connect(options: &PgConnectOptions) -> PgConnection {
    PgConnection::connect_with(options).await.unwrap()
}

/// Runs statements, and gives the first column of the rows.
pub(crate) async fn sql(connection: &mut PgConnection, text: &str) -> Vec<String> {
    let query = sqlx::raw_sql(AssertSqlSafe(text.to_owned()));
    let rows = query.fetch_all(connection).await.unwrap();
    rows.iter()
        .map(|row| row.try_get(0).unwrap_or_default())
        .collect()
}

/// Runs statements on a connection of their own.
pub(crate) async fn execute(options: &PgConnectOptions, text: &str) -> Vec<String> {
    sql(&mut connect(options).await, text).await
}
