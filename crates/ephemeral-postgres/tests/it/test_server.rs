//! Databases for tests: private, gone when the test has passed, cloned from templates that are built once.

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll, Waker},
};

use ephemeral_postgres::{Error, Template, TemplateKey, TestServer, Unfinished};
use sqlx::{Connection, Executor, PgConnection, postgres::PgConnectOptions};
use tokio::task::JoinSet;

use crate::wait::{until, until_empty};

pub(crate) async fn server() -> &'static TestServer {
    TestServer::shared(|name| std::env::var_os(name)).await.unwrap()
}

pub(crate) async fn admin() -> PgConnection {
    PgConnection::connect_with(server().await.options())
        .await
        .unwrap()
}

pub(crate) async fn is_there(connection: &mut PgConnection, name: &str) -> bool {
    let question = sqlx::query_scalar("SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)");
    question.bind(name).fetch_one(connection).await.unwrap()
}

async fn until_gone(name: &str) {
    let mut connection = admin().await;
    let look = async || {
        let is_there = is_there(&mut connection, name).await;
        is_there.then(|| name.to_owned()).into_iter().collect()
    };
    until_empty("the database is dropped", look).await;
}

#[tokio::test]
async fn a_test_database_goes_with_its_value() {
    let database = server().await.database().await.unwrap();
    let name = database.name().to_owned();
    let mut forgotten = database.connect().await.unwrap();
    forgotten.execute("CREATE TABLE mine (id int)").await.unwrap();
    let other = server().await.database().await.unwrap();
    let mut connection = other.connect().await.unwrap();
    assert!(is_there(&mut connection, &name).await);
    drop(database);
    until_gone(&name).await;
    let table = connection.fetch_optional("SELECT FROM pg_class WHERE relname = 'mine'");
    assert!(table.await.unwrap().is_none());
}

/// A set of migrations that counts how often each of them ran.
struct Migrations {
    key: TemplateKey,
    sql: Vec<String>,
    ran: Arc<AtomicUsize>,
}

impl Migrations {
    /// Every test has templates of its own: the tool's name is part of the key.
    fn new(test: &str, sql: &[&str]) -> Self {
        let key = sql.iter().fold(
            TemplateKey::new(&format!("{test} {}", std::process::id())),
            |key, sql| key.part("migration", sql),
        );
        Self {
            key,
            sql: sql.iter().map(ToString::to_string).collect(),
            ran: Arc::default(),
        }
    }

    async fn template(&self) -> Result<Template, Error> {
        server()
            .await
            .template(&self.key, |unfinished| self.fill(unfinished))
            .await
    }

    async fn fill(&self, unfinished: Unfinished) -> Result<(), sqlx::Error> {
        let mut connection = PgConnection::connect_with(unfinished.options()).await?;
        for sql in &self.sql[unfinished.done()..] {
            connection.execute(sqlx::AssertSqlSafe(sql.clone())).await?;
            self.ran.fetch_add(1, Ordering::Relaxed);
        }
        connection.close().await
    }
}

pub(crate) async fn rows(options: PgConnectOptions) -> i64 {
    let mut connection = PgConnection::connect_with(&options).await.unwrap();
    let count = sqlx::query_scalar("SELECT count(*) FROM accounts");
    count.fetch_one(&mut connection).await.unwrap()
}

const ACCOUNTS: &str = "CREATE TABLE accounts (id int PRIMARY KEY)";

#[tokio::test]
async fn clones_are_alike_and_apart_and_the_template_is_built_once() {
    let migrations = Migrations::new("alike", &[ACCOUNTS, "INSERT INTO accounts VALUES (1), (2)"]);
    let template = migrations.template().await.unwrap();
    let one = migrations.template().await.unwrap().database().await.unwrap();
    let two = template.database().await.unwrap();
    let mut connection = one.connect().await.unwrap();
    connection.execute("DELETE FROM accounts").await.unwrap();
    assert_eq!(rows(one.options()).await, 0);
    assert_eq!(rows(two.options()).await, 2);
    let pooled: i64 = sqlx::query_scalar("SELECT count(*) FROM accounts")
        .fetch_one(&two.pool())
        .await
        .unwrap();
    assert_eq!(pooled, 2);
    assert_eq!(migrations.ran.load(Ordering::Relaxed), 2, "two statements, once");
}

#[tokio::test]
async fn a_longer_set_starts_from_the_template_of_the_shorter_one() {
    let first = Migrations::new("prefix", &[ACCOUNTS]);
    first.template().await.unwrap();
    let longer = Migrations::new("prefix", &[ACCOUNTS, "INSERT INTO accounts VALUES (1)"]);
    let database = longer.template().await.unwrap().database().await.unwrap();
    assert_eq!(longer.ran.load(Ordering::Relaxed), 1, "only the newest ran");
    assert_eq!(rows(database.options()).await, 1);
    let edited = Migrations::new(
        "prefix",
        &[
            "CREATE TABLE accounts (id bigint)",
            "INSERT INTO accounts VALUES (1)",
        ],
    );
    edited.template().await.unwrap();
    assert_eq!(
        edited.ran.load(Ordering::Relaxed),
        2,
        "nothing of an edited set can be used"
    );
}

#[tokio::test]
async fn a_template_is_sealed_and_says_what_it_was_built_from_and_its_clones_do_not() {
    let migrations = Migrations::new("sealed", &[ACCOUNTS]);
    let template = migrations.template().await.unwrap();
    let mut connection = admin().await;
    let closed = PgConnection::connect_with(&server().await.options().clone().database(template.name()))
        .await
        .unwrap_err();
    assert!(
        closed.to_string().contains("not currently accepting connections"),
        "{closed}"
    );
    let comment = "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = $1";
    let manifest: Option<String> = sqlx::query_scalar(comment)
        .bind(template.name())
        .fetch_one(&mut connection)
        .await
        .unwrap();
    let manifest: serde_json::Value = serde_json::from_str(&manifest.unwrap()).unwrap();
    assert_eq!(manifest["parts"][0]["name"], "migration");
    assert_eq!(manifest["server"], server().await.version());
    let clone = template.database().await.unwrap();
    let inherited: Option<String> = sqlx::query_scalar(comment)
        .bind(clone.name())
        .fetch_one(&mut connection)
        .await
        .unwrap();
    assert_eq!(inherited, None);
}

#[tokio::test]
async fn a_build_that_fails_leaves_nothing_and_the_next_one_starts_anew() {
    let broken = Migrations::new("broken", &[ACCOUNTS, "SELECT 1/0"]);
    let error = broken.template().await.unwrap_err();
    assert!(
        matches!(&error, Error::Build { source } if source.to_string().contains("division by zero")),
        "{error:?}"
    );
    let mut connection = admin().await;
    let half: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM pg_database AS d WHERE starts_with(datname, 'db_fresh_b_')
         AND shobj_description(oid, 'pg_database') LIKE '%broken%'",
    )
    .fetch_one(&mut connection)
    .await
    .unwrap();
    assert_eq!(half, 0);
    let again = broken.template().await.unwrap_err();
    assert!(matches!(again, Error::Build { .. }));
    assert_eq!(
        broken.ran.load(Ordering::Relaxed),
        2,
        "the first statement ran each time"
    );
}

#[tokio::test]
async fn the_pool_fills_in_the_background_and_a_ready_clone_is_taken_at_once() {
    let migrations = Migrations::new("pool", &[ACCOUNTS]);
    let template = migrations.template().await.unwrap();
    if std::env::var_os("NEXTEST").is_some() {
        assert_eq!(template.ready(), 0, "a process of one test prepares nothing");
        return;
    }
    let look = async || match template.ready() {
        0 => Err("no clone"),
        ready => Ok(ready),
    };
    until("a clone is ready", look).await;
    // Taking one is asking nobody: a future that has to wait for nothing is ready at once.
    let mut taking = std::pin::pin!(template.database());
    let mut context = Context::from_waker(Waker::noop());
    let Poll::Ready(database) = taking.as_mut().poll(&mut context) else {
        panic!("a test waited for the server although a clone was ready");
    };
    assert_eq!(rows(database.unwrap().options()).await, 0);
}

#[tokio::test]
async fn more_tests_than_clones_all_get_one_of_their_own() {
    let migrations = Migrations::new("many", &[ACCOUNTS]);
    let template = migrations.template().await.unwrap();
    let mut taking = JoinSet::new();
    for _ in 0..20 {
        let template = template.clone();
        taking.spawn(async move { template.database().await.unwrap() });
    }
    let databases = taking.join_all().await;
    let names: BTreeSet<_> = databases.iter().map(|database| database.name()).collect();
    assert_eq!(names.len(), 20);
    for database in &databases {
        assert_eq!(rows(database.options()).await, 0);
    }
}

/// Whether the first session of this database finds what it needs of the catalog written down.
async fn is_warm(connection: &mut PgConnection, database: &str) -> bool {
    let question = sqlx::query_scalar(
        "SELECT EXISTS (SELECT FROM pg_database AS d, pg_ls_dir('base/' || d.oid) AS file
                        WHERE d.datname = $1 AND file = 'pg_internal.init')",
    );
    question.bind(database).fetch_one(connection).await.unwrap()
}

#[tokio::test]
async fn a_clone_needs_no_first_session_that_reads_the_whole_catalog() {
    let migrations = Migrations::new("warm", &[ACCOUNTS]);
    let clone = migrations.template().await.unwrap().database().await.unwrap();
    let mut connection = admin().await;
    let is_private: bool = sqlx::query_scalar("SELECT current_setting('fsync') = 'off'")
        .fetch_one(&mut connection)
        .await
        .unwrap();
    // Where the log may be used to copy, only what the log knows may be there.
    if is_private {
        assert!(is_warm(&mut connection, clone.name()).await);
    }
    let cold = format!("cold_{}", std::process::id());
    for statement in [
        format!("CREATE DATABASE {cold} TEMPLATE template0"),
        format!("DROP DATABASE {cold}"),
    ] {
        assert!(!is_warm(&mut connection, &cold).await);
        connection.execute(sqlx::AssertSqlSafe(statement)).await.unwrap();
    }
}
