//! Many runners at once.

use std::{
    process::{Command, Stdio},
    sync::Arc,
    time::Duration,
};

use diagnostic::Explain;
use migration_core::{Config, Error, Progress, Sessions, Target, apply, rollback};
use sqlx::{Connection, Executor, PgConnection};

use crate::{
    crash::example,
    support::{ask, database, run, set},
};

const FILES: [(&str, &str); 5] = [
    (
        "1_a.sql",
        "CREATE TABLE a (id int, n int); INSERT INTO a SELECT g, 0 FROM generate_series(1, 1000) g;",
    ),
    ("2_b.sql", "CREATE INDEX CONCURRENTLY a_id ON a (id);"),
    (
        "3_c.sql",
        "UPDATE a SET n = n + 1;\nCREATE INDEX CONCURRENTLY ON a (n);\nUPDATE a SET n = n + 1;",
    ),
    ("4_d.sql", "UPDATE a SET n = n + 1;"),
    ("5_e.sql", "CREATE UNIQUE INDEX CONCURRENTLY a_both ON a (id, n);"),
];

#[test]
fn thirty_two_processes_apply_each_migration_once_and_all_end_well() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let database = runtime.block_on(database());
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in FILES {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let start = || {
        let mut command = Command::new(example("apply"));
        command
            .arg(database.url())
            .arg(folder.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command.spawn().unwrap()
    };
    let runners: Vec<_> = (0..32).map(|_| start()).collect();
    let mut applied = Vec::new();
    for runner in runners {
        let output = runner.wait_with_output().unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        applied.extend(String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned));
    }
    applied.sort();
    assert_eq!(applied, FILES.map(|(name, _)| name));
    let options = database.options();
    runtime.block_on(async {
        assert_eq!(ask(&options, "SELECT DISTINCT n::text FROM a").await, ["3"]);
        assert_eq!(ask(&options, "SELECT count(*)::text FROM pg_index WHERE NOT indisvalid").await, ["0"]);
        let locks = "SELECT count(*)::text FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
        assert_eq!(ask(&options, locks).await, ["0"]);
    });
}

/// Down scripts that show when one runs twice.
const DOWN: [(&str, &str); 5] = [
    ("1_a.up.sql", "CREATE TABLE a (n int); INSERT INTO a VALUES (0)"),
    ("2_b.up.sql", "CREATE INDEX CONCURRENTLY a_n ON a (n)"),
    (
        "2_b.down.sql",
        "UPDATE a SET n = n + 1;\nDROP INDEX CONCURRENTLY a_n;\nUPDATE a SET n = n + 10;",
    ),
    ("3_c.up.sql", "CREATE TABLE c (id int)"),
    (
        "3_c.down.sql",
        "SET search_path = public, pg_temp; CREATE TEMP TABLE helper (x int); UPDATE a SET n = n + 100; DROP TABLE c",
    ),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn thirty_two_runners_undo_each_migration_once() {
    for sessions in [Sessions::Isolated, Sessions::Kept] {
        let database = database().await;
        let options = database.options();
        let sets = Arc::new([set(&DOWN)]);
        let config = Config {
            sessions,
            ..Config::default()
        };
        let start = |up: bool| {
            let (options, sets, config) = (options.clone(), Arc::clone(&sets), config.clone());
            tokio::spawn(async move {
                if up {
                    let applied = apply(&options, &*sets, &config, &mut |_| {}).await?.applied;
                    return Ok(applied.into_iter().map(|one| one.file).collect());
                }
                let undone = rollback(&options, &*sets, &Target::Reversible, &config, &mut |_| {}).await?;
                Ok::<Vec<_>, Error>(undone.undone.into_iter().map(|one| one.file).collect())
            })
        };
        for (up, expected) in [
            (true, &["1_a.up.sql", "2_b.up.sql", "3_c.up.sql"][..]),
            (false, &["2_b.up.sql", "3_c.up.sql"]),
        ] {
            let runners: Vec<_> = (0..32).map(|_| start(up)).collect();
            let mut files = Vec::new();
            for runner in runners {
                files.extend(runner.await.unwrap().unwrap());
            }
            files.sort();
            assert_eq!(files, expected, "{sessions:?}");
        }
        assert_eq!(
            ask(&options, "SELECT n::text FROM a").await,
            ["111"],
            "{sessions:?}"
        );
    }
}

#[tokio::test]
async fn a_time_out_names_the_holder_and_its_death_frees_the_lock() {
    let database = database().await;
    let options = database.options();
    let sets = [set(&FILES)];
    let mut holder = PgConnection::connect_with(&options.clone().application_name("other deploy"))
        .await
        .unwrap();
    // The key is the server's to show: take whatever a runner takes.
    let key = key_of(&options).await;
    holder
        .execute(sqlx::AssertSqlSafe(format!("SELECT pg_advisory_lock({key})")))
        .await
        .unwrap();

    let config = Config {
        lock_wait: Duration::from_millis(120),
        ..Config::default()
    };
    let mut waiting = 0;
    let mut listen = |progress| waiting += i32::from(matches!(progress, Progress::Waiting { .. }));
    let error = apply(&options, &sets, &config, &mut listen).await.unwrap_err();
    assert_eq!((error.code(), waiting), ("migration/locked", 1));
    let Error::Locked {
        holder: Some(named), ..
    } = &error
    else {
        panic!("{error:?}")
    };
    assert_eq!(
        (named.application.as_str(), named.role.as_str()),
        ("other deploy", "postgres")
    );
    assert!(named.query.contains("pg_advisory_lock"), "{named}");
    assert!(error.hints()[0].contains(&named.pid));

    holder.close().await.unwrap();
    assert_eq!(run(&options, &sets).await.unwrap().applied.len(), FILES.len());
}

/// The key that a runner asks for, seen in the text that it sends.
async fn key_of(options: &sqlx::postgres::PgConnectOptions) -> i64 {
    let proxy = crate::proxy::Proxy::start(options, None, Arc::new(|_| {})).await;
    let other = [crate::support::named_set(
        "key",
        &[(
            "1_k.sql",
            "CREATE TABLE key_was AS SELECT (l.classid::bigint << 32 | l.objid::bigint) AS key FROM pg_locks l WHERE locktype = 'advisory' AND pid = pg_backend_pid()",
        )],
    )];
    run(&proxy.options(options), &other).await.unwrap();
    ask(options, "SELECT key::text FROM key_was").await[0]
        .parse()
        .unwrap()
}

#[tokio::test]
async fn with_nothing_to_do_the_lock_is_not_even_asked_for() {
    let database = database().await;
    let options = database.options();
    let sets = [set(&FILES)];
    run(&options, &sets).await.unwrap();
    let key = key_of(&options).await;
    let mut holder = PgConnection::connect_with(&options).await.unwrap();
    holder
        .execute(sqlx::AssertSqlSafe(format!("SELECT pg_advisory_lock({key})")))
        .await
        .unwrap();
    let config = Config {
        lock_wait: Duration::ZERO,
        ..Config::default()
    };
    assert_eq!(
        apply(&options, &sets, &config, &mut |_| {})
            .await
            .unwrap()
            .already,
        FILES.len()
    );
}

#[tokio::test]
async fn every_failure_frees_the_lock() {
    let database = database().await;
    let options = database.options();
    let broken = [set(&[("1_a.sql", "SELECT 1/0")])];
    for _ in 0..3 {
        run(&options, &broken).await.unwrap_err();
    }
    let impatient = Config {
        lock_wait: Duration::from_secs(5),
        ..Config::default()
    };
    apply(&options, &[set(&FILES)], &impatient, &mut |_| {})
        .await
        .unwrap();
}
