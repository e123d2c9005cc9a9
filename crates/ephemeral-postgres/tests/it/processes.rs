//! Test processes side by side: what they share, what they keep, and what is left of those that ended.

use std::{
    io::{BufRead, BufReader},
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::Duration,
};

use sqlx::{Connection, Executor, PgConnection, postgres::PgConnectOptions};

use crate::test_server::{admin, is_there, rows, server};

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
