//! Databases for tests: private, gone when the test has passed, cloned from templates that are built once.

use std::{
    collections::BTreeSet,
    io::{BufRead, BufReader},
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll, Waker},
    time::Duration,
};

use ephemeral_postgres::{Error, Template, TemplateKey, TestServer, Unfinished};
use sqlx::{Connection, Executor, PgConnection, postgres::PgConnectOptions};
use tokio::task::JoinSet;

async fn server() -> &'static TestServer {
    TestServer::shared(|name| std::env::var_os(name)).await.unwrap()
}

async fn admin() -> PgConnection {
    PgConnection::connect_with(server().await.options())
        .await
        .unwrap()
}

async fn is_there(connection: &mut PgConnection, name: &str) -> bool {
    let question = sqlx::query_scalar("SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)");
    question.bind(name).fetch_one(connection).await.unwrap()
}

async fn until_gone(name: &str) {
    let mut connection = admin().await;
    let deadline = tokio::time::Instant::now() + Duration::from_secs(20);
    while is_there(&mut connection, name).await {
        assert!(tokio::time::Instant::now() < deadline, "`{name}` is still there");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
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

async fn rows(options: PgConnectOptions) -> i64 {
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
    let deadline = tokio::time::Instant::now() + Duration::from_secs(30);
    if std::env::var_os("NEXTEST").is_some() {
        assert_eq!(template.ready(), 0, "a process of one test prepares nothing");
        return;
    }
    while template.ready() == 0 {
        assert!(tokio::time::Instant::now() < deadline, "nothing became ready");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
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

/// The example, which is a test process of its own: it builds a template, or dies while it does, or fails its test.
fn process(how: &str) -> Command {
    let tests = std::env::current_exe().unwrap();
    let program: PathBuf = tests
        .parent()
        .unwrap()
        .parent()
        .unwrap()
        .join("examples/template");
    let mut command = Command::new(program);
    command.arg(how).stdin(Stdio::null()).env_remove("CI");
    command
}

async fn url() -> String {
    let database = server().await.database().await.unwrap();
    let mut url: url::Url = database.url().parse().unwrap();
    url.set_path("/postgres");
    url.to_string()
}

#[tokio::test]
async fn several_processes_build_one_template_once_and_one_that_dies_is_replaced() {
    let key = format!("processes {}", std::process::id());
    let url = url().await;
    let died = process("die")
        .arg(&key)
        .env("DB_FRESH_TEST_SERVER", &url)
        .output()
        .unwrap();
    assert!(!died.status.success());
    let spawn = |_| {
        let mut command = process("build");
        command.arg(&key).env("DB_FRESH_TEST_SERVER", &url);
        command.stdout(Stdio::piped()).spawn().unwrap()
    };
    let children: Vec<_> = (0..4).map(spawn).collect();
    let mut built = 0;
    for child in children {
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{output:?}");
        built += usize::from(String::from_utf8_lossy(&output.stdout).contains("built"));
    }
    assert_eq!(
        built, 1,
        "one of four processes built it, and what the dead one left was not used"
    );
}

/// The line that says how to reach the database of a failed test.
fn kept_line(said: &str) -> &str {
    let mut lines = said.lines();
    lines.find(|line| line.contains("is kept: psql '")).expect(said)
}

#[tokio::test]
async fn the_database_of_a_failed_test_is_kept_and_the_line_says_how_to_reach_it() {
    let failed = process("fail")
        .env_remove("DB_FRESH_TEST_SERVER")
        .output()
        .unwrap();
    assert!(!failed.status.success());
    let said = String::from_utf8_lossy(&failed.stderr).into_owned();
    let line = kept_line(&said);
    let url: PgConnectOptions = line.split('\'').nth(1).unwrap().parse().unwrap();
    assert_eq!(rows(url.clone()).await, 1, "as the test left it");
    let stop = line
        .split("end its server with `")
        .nth(1)
        .unwrap()
        .trim_end_matches('`');
    assert!(Command::new("sh").args(["-c", stop]).status().unwrap().success());
    let deadline = tokio::time::Instant::now() + Duration::from_secs(10);
    while PgConnection::connect_with(&url).await.is_ok() {
        assert!(tokio::time::Instant::now() < deadline);
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// A process that has a database and waits. Gives the line that it printed, which names the database.
fn holding(url: &str, key: &str) -> (Child, String) {
    let mut command = process("hold");
    command.arg(key).env("DB_FRESH_TEST_SERVER", url);
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let name = lines
        .map(Result::unwrap)
        .find(|line| line.starts_with("db_fresh_test_"));
    (child, name.unwrap())
}

async fn owned_by_the_owner_of(connection: &mut PgConnection, name: &str) -> Vec<String> {
    let (owner, _) = name.rsplit_once('_').unwrap();
    let question = sqlx::query_scalar("SELECT datname::text FROM pg_database WHERE starts_with(datname, $1)");
    question
        .bind(format!("{owner}_"))
        .fetch_all(connection)
        .await
        .unwrap()
}

#[tokio::test]
async fn on_a_server_of_many_the_next_process_drops_what_a_killed_one_left_and_nothing_else() {
    let key = format!("killed {}", std::process::id());
    let url = url().await;
    let mut connection = admin().await;
    let (mut killed, lost) = holding(&url, &key);
    let (neighbour, used) = holding(&url, &key);
    let failed = process("fail")
        .arg(&key)
        .env("DB_FRESH_TEST_SERVER", &url)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&failed.stderr).into_owned();
    let kept: PgConnectOptions = kept_line(&said).split('\'').nth(1).unwrap().parse().unwrap();
    killed.kill().unwrap();
    killed.wait().unwrap();
    assert!(
        is_there(&mut connection, &lost).await,
        "nobody was there to drop it"
    );

    let mut next = holding(&url, &key);
    let deadline = tokio::time::Instant::now() + Duration::from_secs(20);
    // Those that it had made ahead go too.
    while !owned_by_the_owner_of(&mut connection, &lost).await.is_empty() {
        assert!(tokio::time::Instant::now() < deadline, "`{lost}` is still there");
        // The server may hear of the death after the next one has looked.
        next.0.kill().unwrap();
        next.0.wait().unwrap();
        next = holding(&url, &key);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(is_there(&mut connection, &used).await, "its owner lives");
    assert_eq!(
        rows(kept.clone()).await,
        1,
        "it is kept for whoever looks into it"
    );
    for mut child in [neighbour, next.0] {
        child.kill().unwrap();
        child.wait().unwrap();
    }
    let kept = format!("DROP DATABASE \"{}\"", kept.get_database().unwrap());
    connection.execute(sqlx::AssertSqlSafe(kept)).await.unwrap();
}

/// The niceness of every session of the server, as the system tells it.
#[cfg(target_os = "linux")]
async fn nicenesses(connection: &mut PgConnection) -> Vec<i32> {
    let sessions =
        sqlx::query_scalar("SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend'");
    let sessions: Vec<i32> = sessions.fetch_all(connection).await.unwrap();
    let niceness = |session: &i32| {
        let facts = std::fs::read_to_string(format!("/proc/{session}/stat")).ok()?;
        facts.rsplit_once(')')?.1.split_whitespace().nth(16)?.parse().ok()
    };
    sessions.iter().filter_map(niceness).collect()
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn whoever_drops_databases_leaves_the_processor_to_the_tests() {
    let mut connection = admin().await;
    let database = server().await.database().await.unwrap();
    let name = database.name().to_owned();
    drop(database);
    until_gone(&name).await;
    let found = nicenesses(&mut connection).await;
    assert!(found.contains(&10), "{found:?}");
    assert!(found.contains(&0), "this test's own session: {found:?}");
}
