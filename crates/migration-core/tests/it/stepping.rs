//! Runs that the caller moves on: one migration a call, nothing between two calls, and the lock from start to end.

use std::time::Duration;

use migration_core::{Config, Error, Migrations, Runner, Target, apply};
use sqlx::postgres::PgConnectOptions;

use crate::support::{ask, database, run, set};

fn three() -> [Migrations; 1] {
    [set(&[
        ("1_a.up.sql", "CREATE TABLE a (id int)"),
        ("1_a.down.sql", "DROP TABLE a"),
        ("2_i.up.sql", "CREATE INDEX CONCURRENTLY a_id ON a (id)"),
        ("2_i.down.sql", "DROP INDEX CONCURRENTLY a_id"),
        ("3_b.up.sql", "CREATE TABLE b (id int)"),
        ("3_b.down.sql", "DROP TABLE b"),
    ])]
}

/// What is there, the ledger left out.
async fn relations(options: &PgConnectOptions) -> String {
    let question = "SELECT coalesce(string_agg(relname::text, ' ' ORDER BY 1), '') FROM pg_class
                    WHERE relnamespace = 'public'::regnamespace AND relname NOT LIKE 'schema_migrations%'";
    ask(options, question).await.remove(0)
}

/// Whether another runner would have to wait.
async fn is_locked(options: &PgConnectOptions) -> bool {
    let impatient = Config {
        lock_wait: Duration::ZERO,
        ..Config::default()
    };
    let more = [set(&[("9_z.sql", "SELECT 1")])];
    let allowing = Config {
        unknown: migration_core::Unknown::Allow,
        ..impatient
    };
    let ended = Runner::connect(options, &allowing)
        .await
        .unwrap()
        .start_apply(&more, &allowing, |_| {})
        .await;
    match ended {
        Ok(run) => {
            run.finish().await;
            false
        }
        Err(Error::Locked { .. }) => true,
        Err(error) => panic!("{error:?}"),
    }
}

// On a runtime with one thread: nothing here blocks it.
#[tokio::test]
async fn a_run_up_ends_between_two_migrations_with_the_lock_held() {
    let database = database().await;
    let (options, sets, config) = (database.options(), three(), Config::default());
    let runner = Runner::connect(&options, &config).await.unwrap();
    let mut told = Vec::new();
    let mut run = runner
        .start_apply(&sets, &config, |progress| told.push(format!("{progress:?}")))
        .await
        .unwrap();
    assert_eq!(relations(&options).await, "");
    for (file, there) in [
        ("1_a.up.sql", "a"),
        ("2_i.up.sql", "a a_id"),
        ("3_b.up.sql", "a a_id b"),
    ] {
        assert_eq!(run.next().await.unwrap().unwrap().file, file);
        assert_eq!(relations(&options).await, there);
        assert!(is_locked(&options).await, "after {file}");
    }
    assert!(run.next().await.unwrap().is_none());
    assert!(run.next().await.unwrap().is_none());
    let report = run.finish().await;
    assert_eq!((report.applied.len(), report.total), (3, 3));
    assert!(!is_locked(&options).await);
    assert!(told[0].starts_with("Planned"), "{told:?}");
    assert_eq!(told.iter().filter(|one| one.starts_with("Applied")).count(), 3);
}

#[tokio::test]
async fn a_run_down_ends_between_two_migrations_with_the_lock_held() {
    let database = database().await;
    let (options, sets, config) = (database.options(), three(), Config::default());
    run(&options, &sets).await.unwrap();
    let runner = Runner::connect(&options, &config).await.unwrap();
    let mut back = runner
        .start_rollback(&sets, &Target::Reversible, &config, |_| {})
        .await
        .unwrap();
    assert_eq!(relations(&options).await, "a a_id b");
    for (file, left) in [("3_b.up.sql", "a a_id"), ("2_i.up.sql", "a"), ("1_a.up.sql", "")] {
        assert_eq!(back.next().await.unwrap().unwrap().file, file);
        assert_eq!(relations(&options).await, left);
        assert!(is_locked(&options).await, "after {file}");
    }
    assert!(back.next().await.unwrap().is_none());
    assert_eq!(back.finish().await.undone.len(), 3);
    assert!(!is_locked(&options).await);
}

#[tokio::test]
async fn a_run_that_is_ended_early_leaves_the_rest_pending() {
    let database = database().await;
    let (options, sets, config) = (database.options(), three(), Config::default());
    let runner = Runner::connect(&options, &config).await.unwrap();
    let mut first = runner.start_apply(&sets, &config, |_| {}).await.unwrap();
    first.next().await.unwrap();
    assert_eq!(first.finish().await.applied.len(), 1);
    let runner = Runner::connect(&options, &config).await.unwrap();
    let mut second = runner.start_apply(&sets, &config, |_| {}).await.unwrap();
    assert_eq!(second.next().await.unwrap().unwrap().file, "2_i.up.sql");
    // Its connection, and the lock with it, end with it; the next runner polls until they have.
    drop(second);
    assert_eq!(run(&options, &sets).await.unwrap().applied.len(), 1);
}

#[tokio::test]
async fn with_nothing_to_do_there_is_no_lock() {
    let database = database().await;
    let (options, sets, config) = (database.options(), three(), Config::default());
    run(&options, &sets).await.unwrap();
    let runner = Runner::connect(&options, &config).await.unwrap();
    let mut again = runner.start_apply(&sets, &config, |_| {}).await.unwrap();
    assert!(!is_locked(&options).await);
    assert!(again.next().await.unwrap().is_none());
    assert_eq!(again.finish().await.already, 3);
}

#[tokio::test]
async fn a_failure_ends_the_run_and_gives_the_lock_back() {
    let database = database().await;
    let (options, config) = (database.options(), Config::default());
    let sets = [set(&[
        ("1_a.up.sql", "CREATE TABLE a (id int)"),
        ("1_a.down.sql", "DROP TABLE nowhere"),
        ("2_b.up.sql", "CREATE TABLE b (id int); SELECT 1 / 0"),
        ("3_c.up.sql", "CREATE TABLE c (id int)"),
    ])];
    let runner = Runner::connect(&options, &config).await.unwrap();
    let mut up = runner.start_apply(&sets, &config, |_| {}).await.unwrap();
    up.next().await.unwrap().unwrap();
    let Error::Sql(failure) = up.next().await.unwrap_err() else {
        panic!("it is the server that refuses");
    };
    assert_eq!(failure.aftermath.finished_before, 1);
    assert!(
        up.next().await.unwrap().is_none(),
        "what comes after it does not run"
    );
    assert_eq!(up.finish().await.applied.len(), 1);
    assert!(!is_locked(&options).await);
    assert_eq!(relations(&options).await, "a");

    let runner = Runner::connect(&options, &config).await.unwrap();
    let target = Target::Last(1);
    let mut down = runner
        .start_rollback(&sets, &target, &config, |_| {})
        .await
        .unwrap();
    down.next().await.unwrap_err();
    assert!(down.next().await.unwrap().is_none());
    assert!(down.finish().await.undone.is_empty());
    assert!(!is_locked(&options).await);
}

#[tokio::test]
async fn a_call_that_is_dropped_ends_the_run() {
    let database = database().await;
    let (options, config) = (database.options(), Config::default());
    let sets = [set(&[
        ("1_a.sql", "CREATE TABLE a (id int)"),
        ("2_s.sql", "CREATE TABLE s (id int); SELECT pg_sleep(0.5)"),
    ])];
    let runner = Runner::connect(&options, &config).await.unwrap();
    let mut up = runner.start_apply(&sets, &config, |_| {}).await.unwrap();
    up.next().await.unwrap().unwrap();
    let dropped = tokio::time::timeout(Duration::from_millis(50), up.next()).await;
    assert!(dropped.is_err());
    assert!(up.next().await.unwrap().is_none());
    assert_eq!(up.finish().await.applied.len(), 1);
    let report = apply(&options, &sets, &config, &mut |_| {}).await.unwrap();
    assert_eq!(report.already + report.applied.len(), 2);
}

#[tokio::test]
async fn what_a_migration_sets_does_not_reach_the_next_step() {
    let database = database().await;
    let (options, config) = (database.options(), Config::default());
    let sets = [set(&[
        ("1_a.up.sql", "CREATE SCHEMA s; CREATE TABLE a (id int)"),
        ("1_a.down.sql", "DROP TABLE a; DROP SCHEMA s CASCADE"),
        ("2_b.up.sql", "SET search_path = s; CREATE TABLE b (id int)"),
        ("2_b.down.sql", "SELECT 1"),
        ("3_c.up.sql", "CREATE TABLE c (id int)"),
        ("3_c.down.sql", "DROP TABLE public.c; SET search_path = s"),
        ("4_d.up.sql", "CREATE TABLE d (id int)"),
        ("4_d.down.sql", "DROP TABLE d"),
    ])];
    let runner = Runner::connect(&options, &config).await.unwrap();
    let mut up = runner.start_apply(&sets, &config, |_| {}).await.unwrap();
    while up.next().await.unwrap().is_some() {}
    up.finish().await;
    assert_eq!(relations(&options).await, "a c d");
    let runner = Runner::connect(&options, &config).await.unwrap();
    let mut down = runner
        .start_rollback(&sets, &Target::Reversible, &config, |_| {})
        .await
        .unwrap();
    while down.next().await.unwrap().is_some() {}
    assert_eq!(down.finish().await.undone.len(), 4);
    assert_eq!(relations(&options).await, "");
}
