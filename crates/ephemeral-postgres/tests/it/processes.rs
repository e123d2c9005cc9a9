//! Test processes side by side: what they share, what they keep, and what is left of those that ended.

use ephemeral_postgres::TestServer;
use sqlx::{Connection, Executor, PgConnection, postgres::PgConnectOptions};

use tokio::{process::Command, task::JoinSet};

use crate::{
    test_server::{admin, is_there, rows, server},
    wait::{Running, example, output, until, until_empty},
};

/// The example, which is a test process of its own: it builds a template, or dies while it does, or fails its test.
fn process(how: &str) -> Command {
    let mut command = example("template");
    command.arg(how).env_remove("CI");
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
    let died = output(process("die").arg(&key).env("DB_FRESH_TEST_SERVER", &url)).await;
    assert!(!died.status.success());
    let mut building = JoinSet::new();
    for _ in 0..4 {
        let mut command = process("build");
        command.arg(&key).env("DB_FRESH_TEST_SERVER", &url);
        building.spawn(async move { output(&mut command).await });
    }
    let mut built = 0;
    for output in building.join_all().await {
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
    let failed = output(process("fail").env_remove("DB_FRESH_TEST_SERVER")).await;
    assert!(!failed.status.success());
    let said = String::from_utf8_lossy(&failed.stderr).into_owned();
    let line = kept_line(&said);
    let url: PgConnectOptions = line.split('\'').nth(1).unwrap().parse().unwrap();
    assert_eq!(rows(url.clone()).await, 1, "as the test left it");
    let stop = line
        .split("stop its server with `")
        .nth(1)
        .unwrap()
        .trim_end_matches('`');
    assert!(
        Command::new("sh")
            .args(["-c", stop])
            .status()
            .await
            .unwrap()
            .success()
    );
    let look = async || match PgConnection::connect_with(&url).await {
        Ok(_) => Err("the server answers"),
        Err(_) => Ok(()),
    };
    until("the server is stopped", look).await;
}

/// Set for a test that is to fail: to the URL of its server.
const FAIL_ON: &str = "EPHEMERAL_POSTGRES_FAIL_ON";

#[tokio::test]
async fn fails_where_it_is_told_to() {
    if let Ok(url) = std::env::var(FAIL_ON) {
        let server = TestServer::at(&url, 0).await.unwrap();
        let _database = server.database().await.unwrap();
        panic!("as told to");
    }
}

#[tokio::test]
async fn the_line_is_a_part_of_the_output_that_the_harness_shows_of_a_failed_test() {
    let mut tests = Command::new(std::env::current_exe().unwrap());
    tests
        .args(["--exact", "processes::fails_where_it_is_told_to"])
        .env(FAIL_ON, url().await)
        .env_remove("RUST_TEST_NOCAPTURE");
    let failed = output(&mut tests).await;
    let shown = String::from_utf8_lossy(&failed.stdout).into_owned();
    let (_, of_the_test) = shown
        .split_once("---- processes::fails_where_it_is_told_to stdout ----")
        .expect(&shown);
    let kept: PgConnectOptions = kept_line(of_the_test)
        .split('\'')
        .nth(1)
        .unwrap()
        .parse()
        .unwrap();
    let gone = format!("DROP DATABASE \"{}\"", kept.get_database().unwrap());
    admin().await.execute(sqlx::AssertSqlSafe(gone)).await.unwrap();
}

/// A process that has a database and waits, and the name of that.
async fn holding(url: &str, key: &str) -> (Running, String) {
    let mut command = process("hold");
    let mut running = Running::start(command.arg(key).env("DB_FRESH_TEST_SERVER", url));
    loop {
        let line = running.line().await;
        if line.starts_with("db_fresh_test_") {
            return (running, line);
        }
    }
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
    let (mut killed, lost) = holding(&url, &key).await;
    let (neighbour, used) = holding(&url, &key).await;
    let failed = output(process("fail").arg(&key).env("DB_FRESH_TEST_SERVER", &url)).await;
    let said = String::from_utf8_lossy(&failed.stderr).into_owned();
    let kept: PgConnectOptions = kept_line(&said).split('\'').nth(1).unwrap().parse().unwrap();
    killed.kill().await;
    assert!(
        is_there(&mut connection, &lost).await,
        "no process has dropped it"
    );

    let mut next = holding(&url, &key).await;
    let look = async || {
        // Those that it had made ahead are dropped too.
        let left = owned_by_the_owner_of(&mut connection, &lost).await;
        if !left.is_empty() {
            // The server may notice the death after the next one has looked.
            next.0.kill().await;
            next = holding(&url, &key).await;
        }
        left
    };
    until_empty("the databases of the killed process are dropped", look).await;
    assert!(is_there(&mut connection, &used).await, "its owner lives");
    assert_eq!(rows(kept.clone()).await, 1, "it is kept");
    for mut process in [neighbour, next.0] {
        process.kill().await;
    }
    let kept = format!("DROP DATABASE \"{}\"", kept.get_database().unwrap());
    connection.execute(sqlx::AssertSqlSafe(kept)).await.unwrap();
}
