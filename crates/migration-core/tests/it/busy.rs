//! On a database that others use.

use std::time::Duration;

use diagnostic::Explain;
use migration_core::{Config, Progress, apply};
use sqlx::{Connection, Executor, PgConnection};

use crate::support::{ask, database, execute, run, set};

fn short() -> Config {
    Config {
        lock_timeout: Duration::from_millis(700),
        retry_for: Duration::from_secs(20),
        ..Config::default()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_migration_that_meets_a_lock_steps_back_and_tries_again() {
    let database = database().await;
    let options = database.options();
    execute(&options, "CREATE TABLE a (id int); CREATE TABLE b (id int)").await;
    let mut other = PgConnection::connect_with(&options.clone().application_name("a long report"))
        .await
        .unwrap();
    other
        .execute("BEGIN; LOCK TABLE a IN ACCESS SHARE MODE")
        .await
        .unwrap();
    let sets = [set(&[
        ("1_b.sql", "ALTER TABLE b ADD x int"),
        ("2_a.sql", "ALTER TABLE b ADD y int; ALTER TABLE a ADD x int"),
    ])];

    let (freed, mut free) = tokio::sync::oneshot::channel();
    let mut freed = Some(freed);
    let mut seen = Vec::new();
    let mut listen = |progress: Progress| match progress {
        Progress::Retrying { file, sqlstate, .. } => {
            seen.push(format!("{file} {sqlstate}"));
            let _ = freed.take().map(|freed| freed.send(()));
        }
        Progress::Blocked { file, by } => seen.push(format!("{file} blocked by {}", by[0].application)),
        _ => {}
    };
    let release = async {
        (&mut free).await.unwrap();
        other.execute("COMMIT").await.unwrap();
    };
    let config = short();
    let (ended, ()) = tokio::join!(apply(&options, &sets, &config, &mut listen), release);
    assert_eq!(ended.unwrap().applied.len(), 2);
    assert!(seen.iter().any(|line| line == "2_a.sql 55P03"), "{seen:?}");
    // Both are in one message, which goes by the name of its first.
    assert!(
        seen.iter().any(|line| line == "1_b.sql blocked by a long report"),
        "{seen:?}"
    );
    assert_eq!(ask(&options, "SELECT count(*)::text FROM pg_attribute WHERE attname IN ('x', 'y') AND attrelid IN ('a'::regclass, 'b'::regclass)").await, ["3"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lock_that_never_goes_away_ends_the_run_and_names_its_holder() {
    let database = database().await;
    let options = database.options();
    execute(&options, "CREATE TABLE a (id int)").await;
    let mut other = PgConnection::connect_with(&options.clone().application_name("a forgotten console"))
        .await
        .unwrap();
    other
        .execute("BEGIN; LOCK TABLE a IN ACCESS SHARE MODE")
        .await
        .unwrap();
    let config = Config {
        retry_for: Duration::ZERO,
        ..short()
    };
    let error = apply(
        &options,
        &[set(&[("1_a.sql", "ALTER TABLE a ADD x int")])],
        &config,
        &mut |_| {},
    )
    .await
    .unwrap_err();
    let facts = error.facts();
    assert!(facts.iter().any(|fact| fact.value == "55P03"), "{facts:?}");
    assert!(
        facts
            .iter()
            .any(|fact| fact.label == "blocked by" && fact.value.contains("a forgotten console")),
        "{facts:?}"
    );
}

#[tokio::test]
async fn the_time_outs_of_a_role_do_not_reach_migrations() {
    let database = database().await;
    let options = database.options();
    let role = format!("hasty_{}", std::process::id());
    execute(
        &options,
        &format!("CREATE ROLE {role} SUPERUSER LOGIN; ALTER ROLE {role} SET statement_timeout = '100ms'"),
    )
    .await;
    let sets = [set(&[("1_a.sql", "SELECT pg_sleep(0.3)")])];
    run(&options.clone().username(&role), &sets).await.unwrap();
    execute(
        &options,
        &format!("DROP OWNED BY {role} CASCADE; DROP ROLE {role}"),
    )
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_building_of_an_index_is_told() {
    let database = database().await;
    let options = database.options();
    execute(&options, "CREATE TABLE a (id int)").await;
    let mut other = PgConnection::connect_with(&options).await.unwrap();
    // A build waits for every transaction that is older than itself.
    other.execute("BEGIN; INSERT INTO a VALUES (1)").await.unwrap();
    let (told, mut hear) = tokio::sync::oneshot::channel();
    let mut told = Some(told);
    let mut listen = |progress: Progress| {
        if let Progress::Building { index, .. } = progress {
            drop(told.take().map(|told| told.send(index.phase)));
        }
    };
    let release = async {
        let phase = (&mut hear).await.unwrap();
        other.execute("COMMIT").await.unwrap();
        phase
    };
    let patient = Config {
        lock_timeout: Duration::ZERO,
        ..Config::default()
    };
    let sets = [set(&[("1_a.sql", "CREATE INDEX CONCURRENTLY a_id ON a (id)")])];
    let (ended, phase) = tokio::join!(apply(&options, &sets, &patient, &mut listen), release);
    ended.unwrap();
    assert!(phase.contains("waiting for writers"), "{phase}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_table_of_the_ledger_that_cannot_be_made_yet_is_tried_again() {
    let database = database().await;
    let options = database.options();
    run(&options, &[set(&[("1_a.sql", "CREATE TABLE a (id int)")])])
        .await
        .unwrap();
    execute(
        &options,
        "DROP TABLE schema_migrations_progress, schema_migrations_audit",
    )
    .await;
    let mut other = PgConnection::connect_with(&options).await.unwrap();
    other
        .execute("BEGIN; CREATE TABLE schema_migrations_progress (id int)")
        .await
        .unwrap();
    let (told, mut hear) = tokio::sync::oneshot::channel();
    let mut told = Some(told);
    let mut listen = |progress: Progress| {
        if let Progress::Retrying { .. } = progress {
            let _ = told.take().map(|told| told.send(()));
        }
    };
    let release = async {
        (&mut hear).await.unwrap();
        other.execute("ROLLBACK").await.unwrap();
    };
    let sets = [set(&[
        ("1_a.sql", "CREATE TABLE a (id int)"),
        ("2_b.sql", "CREATE INDEX CONCURRENTLY ON a (id)"),
    ])];
    let config = Config {
        lock_timeout: Duration::from_millis(200),
        ..short()
    };
    let (ended, ()) = tokio::join!(apply(&options, &sets, &config, &mut listen), release);
    assert_eq!(ended.unwrap().applied.len(), 1);
}
