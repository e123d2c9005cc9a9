//! The crash matrix: the connection, the runner or the server ends at every message of a run, before it, during it and after
//! it, and the next run brings everything to where an uninterrupted one would have.

use std::{
    process::{Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use ephemeral_postgres::{Choice, Server, acquire};
use migration_core::{Config, Migrations, Sessions, apply};
use sqlx::postgres::PgConnectOptions;

use crate::{
    proxy::{Action, Cut, Proxy, When},
    support::{database, run, set, state},
};

/// Every kind of migration, with statements that show when they run twice or not at all.
const FILES: [(&str, &str); 9] = [
    (
        "1_tables.sql",
        "CREATE TABLE a (id int, n int NOT NULL);\nINSERT INTO a SELECT g, 0 FROM generate_series(1, 20) AS g;\nCREATE TABLE log (what text);",
    ),
    (
        "2_counted.sql",
        "UPDATE a SET n = n + 1;\nINSERT INTO log VALUES ('two');",
    ),
    ("3_named_index.sql", "CREATE INDEX CONCURRENTLY a_id ON a (id);"),
    (
        "4_mixed.sql",
        "UPDATE a SET n = n + 10;\nCREATE INDEX CONCURRENTLY ON a (n);\nINSERT INTO log VALUES ('four');\nVACUUM a;\nUPDATE a SET n = n + 100;",
    ),
    (
        "5_own_transactions.sql",
        "BEGIN;\nUPDATE a SET n = n + 1000;\nINSERT INTO log VALUES ('five');\nCOMMIT;\nBEGIN;\nUPDATE a SET n = n + 10000;\nCOMMIT;",
    ),
    (
        "6_rebuilt.sql",
        "REINDEX INDEX CONCURRENTLY a_id;\nCREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS a_both ON a (id, n);",
    ),
    ("7_dropped.sql", "DROP INDEX CONCURRENTLY a_id;"),
    (
        "8_counted.sql",
        "UPDATE a SET n = n + 100000;\nALTER TABLE log ADD COLUMN at timestamptz;",
    ),
    (
        "9_session.sql",
        "CREATE TEMP TABLE helper AS SELECT 1;\nSET default_transaction_isolation = serializable;\nSET ROLE pg_monitor;\nSELECT pg_advisory_lock(7);",
    ),
];

fn sets() -> [Migrations; 1] {
    [set(&FILES)]
}

async fn uninterrupted() -> String {
    let database = database().await;
    run(&database.options(), &sets()).await.unwrap();
    state(&database.options()).await
}

/// How many messages an uninterrupted run sends.
async fn messages(config: &Config) -> usize {
    let database = database().await;
    let proxy = Proxy::start(&database.options(), None, Arc::new(|_| {})).await;
    apply(&proxy.options(&database.options()), &sets(), config, &mut |_| {})
        .await
        .unwrap();
    proxy.messages()
}

fn cuts(messages: usize, whens: &[When]) -> impl Iterator<Item = Cut> {
    let numbers = 1..=messages;
    numbers.flat_map(move |message| whens.iter().map(move |&when| Cut { message, when }))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_connection_at_any_message_changes_nothing_in_the_end() {
    let expected = uninterrupted().await;
    let mut points = 0;
    let isolated = [(1, Sessions::Isolated), (64, Sessions::Isolated)];
    for (batch, sessions) in isolated.into_iter().chain([(64, Sessions::Kept)]) {
        let config = Config {
            batch,
            sessions,
            ..Config::default()
        };
        for cut in cuts(
            messages(&config).await,
            &[When::Before, When::During, When::After],
        ) {
            let database = database().await;
            let options = database.options();
            let proxy = Proxy::start(&options, Some(cut), Arc::new(|_| {})).await;
            let ended = apply(&proxy.options(&options), &sets(), &config, &mut |_| {}).await;
            assert!(proxy.is_over(), "{cut:?} was reached");
            // After its last message a run has nothing to lose any more.
            drop(ended);
            apply(&options, &sets(), &config, &mut |_| {})
                .await
                .unwrap_or_else(|error| panic!("{cut:?}, batch {batch}, {sessions:?}: {error:?}"));
            assert_eq!(
                state(&options).await,
                expected,
                "{cut:?}, batch {batch}, {sessions:?}"
            );
            points += 1;
        }
    }
    eprintln!("lost connections: {points} points");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_runner_at_any_message_changes_nothing_in_the_end() {
    let expected = uninterrupted().await;
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in FILES {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let mut points = 0;
    for cut in cuts(
        messages(&Config::default()).await,
        &[When::Before, When::During, When::After],
    ) {
        let database = database().await;
        let options = database.options();
        let child = Arc::new(AtomicU32::new(0));
        let proxy = Proxy::start(&options, Some(cut), kill(&child)).await;
        let through = proxy.options(&options);
        let url = format!(
            "postgres://{}@127.0.0.1:{}/{}?sslmode=disable",
            through.get_username(),
            through.get_port(),
            through.get_database().unwrap()
        );
        let mut command = Command::new(example("apply"));
        command
            .arg(&url)
            .arg(folder.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let mut runner = command.spawn().unwrap();
        child.store(runner.id(), Ordering::SeqCst);
        tokio::task::spawn_blocking(move || runner.wait().unwrap())
            .await
            .unwrap();
        assert!(proxy.is_over(), "{cut:?} was reached");
        run(&options, &sets())
            .await
            .unwrap_or_else(|error| panic!("{cut:?}: {error:?}"));
        assert_eq!(state(&options).await, expected, "{cut:?}");
        points += 1;
    }
    eprintln!("killed runners: {points} points");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crashed_server_at_any_message_changes_nothing_in_the_end() {
    let expected = uninterrupted().await;
    // A server of its own: a crash ends every connection to it.
    let config = ephemeral_postgres::Config::from_variables(&|name| std::env::var_os(name));
    let server = acquire(&Choice::Local, &config).await.unwrap();
    let mut points = 0;
    for cut in cuts(
        messages(&Config::default()).await,
        &[When::Before, When::During, When::After],
    ) {
        let database = server.create_database("crash").await.unwrap();
        let options = database.options().clone();
        let crash: Action = Arc::new(send_kill);
        let proxy = Proxy::start(&options, Some(cut), crash).await;
        let ended = apply(&proxy.options(&options), &sets(), &Config::default(), &mut |_| {}).await;
        drop(ended);
        answers_again(&server).await;
        run(&options, &sets())
            .await
            .unwrap_or_else(|error| panic!("{cut:?}: {error:?}"));
        assert_eq!(state(&options).await, expected, "{cut:?}");
        database.drop_now().await.unwrap();
        points += 1;
    }
    eprintln!("crashed servers: {points} points");
    server.stop().await;
}

/// Kills the process once its number is known.
fn kill(child: &Arc<AtomicU32>) -> Action {
    let child = Arc::clone(child);
    Arc::new(move |_| {
        while child.load(Ordering::SeqCst) == 0 {
            std::thread::yield_now();
        }
        send_kill(child.load(Ordering::SeqCst));
    })
}

pub(crate) fn send_kill(process: u32) {
    assert!(
        Command::new("kill")
            .args(["-s", "KILL", &process.to_string()])
            .status()
            .unwrap()
            .success()
    );
}

/// The program that is built from `examples/`.
pub(crate) fn example(name: &str) -> std::path::PathBuf {
    let tests = std::env::current_exe().unwrap();
    tests
        .parent()
        .unwrap()
        .parent()
        .unwrap()
        .join("examples")
        .join(name)
}

/// A server that one of its processes was killed of starts over: it takes a moment to notice, and one to recover.
pub(crate) async fn answers_again(server: &Server) {
    use sqlx::{Connection, PgConnection};
    let options: &PgConnectOptions = server.options();
    let deadline = tokio::time::Instant::now() + Duration::from_secs(30);
    let mut quiet = 0;
    while quiet < 3 {
        assert!(
            tokio::time::Instant::now() < deadline,
            "the server does not come back"
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
        let answer = match PgConnection::connect_with(options).await {
            Ok(connection) => connection.close().await,
            Err(error) => Err(error),
        };
        quiet = if answer.is_ok() { quiet + 1 } else { 0 };
    }
}
