//! What a concurrent build of an index leaves behind when it fails or meets a lock: found, dropped and built again.

use std::time::Duration;

use diagnostic::Explain;
use migration_core::{Config, Progress, Target, apply, rollback};
use sqlx::{Connection, Executor, PgConnection};

use crate::support::{ask, database, execute, run, set};

const INDEXES: &str = "SELECT indexrelid::regclass || ' ' || indisvalid FROM pg_index WHERE indrelid = 'a'::regclass ORDER BY 1";

/// With a name and without: the latter is told from others only by what was there before.
const BUILDS: [&str; 2] = [
    "CREATE UNIQUE INDEX CONCURRENTLY a_id_idx ON a (id)",
    "CREATE UNIQUE INDEX CONCURRENTLY ON a (id)",
];

#[tokio::test]
async fn what_a_failed_build_has_left_is_dropped_by_the_next_run() {
    for build in BUILDS {
        let database = database().await;
        let options = database.options();
        execute(&options, "CREATE TABLE a (id int); INSERT INTO a VALUES (1), (1)").await;
        let sets = [set(&[("1_i.sql", build)])];
        assert_eq!(run(&options, &sets).await.unwrap_err().code(), "migration/sql");
        assert_eq!(ask(&options, INDEXES).await, ["a_id_idx false"], "{build}");
        execute(&options, "DELETE FROM a").await;
        run(&options, &sets).await.unwrap();
        assert_eq!(ask(&options, INDEXES).await, ["a_id_idx true"], "{build}");
    }
}

#[tokio::test]
async fn what_a_failed_rebuilding_has_left_is_dropped_by_the_next_run() {
    let database = database().await;
    let options = database.options();
    // A value that the index's function refuses makes the rebuilding fail.
    execute(
        &options,
        "CREATE TABLE a (id int); CREATE TABLE strict (on_ boolean); INSERT INTO strict VALUES (false);
         CREATE FUNCTION f(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS
         $$BEGIN IF (SELECT on_ FROM public.strict) THEN RAISE 'no'; END IF; RETURN $1; END$$;
         INSERT INTO a VALUES (1); CREATE INDEX a_f ON a (f(id)); UPDATE strict SET on_ = true",
    )
    .await;
    let sets = [set(&[("1_r.sql", "REINDEX INDEX CONCURRENTLY a_f")])];
    assert_eq!(run(&options, &sets).await.unwrap_err().code(), "migration/sql");
    assert_eq!(ask(&options, INDEXES).await, ["a_f true", "a_f_ccnew false"]);
    execute(&options, "UPDATE strict SET on_ = false").await;
    run(&options, &sets).await.unwrap();
    assert_eq!(ask(&options, INDEXES).await, ["a_f true"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_build_that_meets_a_lock_is_retried_and_so_is_dropping_what_it_left() {
    for build in BUILDS {
        let database = database().await;
        let options = database.options();
        execute(&options, "CREATE TABLE a (id int)").await;
        let mut other = PgConnection::connect_with(&options.clone().application_name("a long write"))
            .await
            .unwrap();
        // A build waits for every transaction that wrote into the table, and so does dropping what it has left.
        other.execute("BEGIN; INSERT INTO a VALUES (1)").await.unwrap();
        let (freed, mut free) = tokio::sync::mpsc::unbounded_channel();
        let mut listen = move |progress: Progress| {
            if let Progress::Retrying { .. } = progress {
                freed.send(()).unwrap();
            }
        };
        let config = Config {
            lock_timeout: Duration::from_millis(300),
            ..Config::default()
        };
        let sets = [set(&[("1_i.sql", build)])];
        {
            let run = apply(&options, &sets, &config, &mut listen);
            tokio::pin!(run);
            let twice = async {
                free.recv().await.unwrap();
                free.recv().await.unwrap();
            };
            tokio::select! {
                ended = &mut run => panic!("{build}: {ended:?}"),
                () = twice => {}
            }
            other.execute("COMMIT").await.unwrap();
            run.await.unwrap();
        }
        assert_eq!(ask(&options, INDEXES).await, ["a_id_idx true"], "{build}");
    }
}

/// A trigger that refuses every change of the ledger's rows.
const REFUSING: &str =
    "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE 'not now'; END$$;
    CREATE TRIGGER refuse BEFORE INSERT OR DELETE ON schema_migrations EXECUTE FUNCTION refuse()";

#[tokio::test]
async fn a_refusal_after_the_last_step_is_explained_like_any_other() {
    let database = database().await;
    let options = database.options();
    let first = ("1_a.sql", "CREATE TABLE a (id int)");
    let sets = [set(&[
        first,
        ("2_i.up.sql", "CREATE INDEX CONCURRENTLY a_id ON a (id)"),
        ("2_i.down.sql", "DROP INDEX CONCURRENTLY a_id"),
    ])];
    run(&options, &[set(&[first])]).await.unwrap();
    let has = |error: &migration_core::Error, label: &str, part: &str| {
        let facts = error.facts();
        let found = facts
            .iter()
            .any(|fact| fact.label == label && fact.value.contains(part));
        assert!(found, "{label}: {part} in {facts:?}");
    };

    execute(&options, REFUSING).await;
    let error = run(&options, &sets).await.unwrap_err();
    assert_eq!(error.code(), "migration/sql", "{error:?}");
    has(&error, "of this one", "all of its 1 steps");
    has(&error, "while", "writing the ledger");
    execute(&options, "DROP TRIGGER refuse ON schema_migrations").await;
    assert_eq!(run(&options, &sets).await.unwrap().applied.len(), 1);

    execute(&options, "DROP FUNCTION refuse").await;
    execute(&options, REFUSING).await;
    let (target, config) = (Target::Last(1), Config::default());
    let error = rollback(&options, &sets, &target, &config, &mut |_| {})
        .await
        .unwrap_err();
    assert_eq!(error.code(), "migration/sql", "{error:?}");
    has(&error, "of this one", "all of its down script's 1 steps");
    execute(&options, "DROP TRIGGER refuse ON schema_migrations").await;
    let report = rollback(&options, &sets, &target, &config, &mut |_| {})
        .await
        .unwrap();
    assert_eq!(report.undone.len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_locked_ledger_after_the_last_step_is_waited_for() {
    let database = database().await;
    let options = database.options();
    let first = ("1_a.sql", "CREATE TABLE a (id int)");
    run(&options, &[set(&[first])]).await.unwrap();
    let mut other = PgConnection::connect_with(&options).await.unwrap();
    other
        .execute("BEGIN; LOCK TABLE schema_migrations IN SHARE MODE")
        .await
        .unwrap();
    let (freed, mut free) = tokio::sync::mpsc::unbounded_channel();
    let mut listen = move |progress: Progress| {
        if let Progress::Retrying { .. } = progress {
            freed.send(()).unwrap();
        }
    };
    let config = Config {
        lock_timeout: Duration::from_millis(300),
        ..Config::default()
    };
    let sets = [set(&[
        first,
        ("2_i.sql", "CREATE INDEX CONCURRENTLY a_id ON a (id)"),
    ])];
    let run = apply(&options, &sets, &config, &mut listen);
    tokio::pin!(run);
    tokio::select! {
        ended = &mut run => panic!("{ended:?}"),
        _ = free.recv() => {}
    }
    other.execute("COMMIT").await.unwrap();
    assert_eq!(run.await.unwrap().applied.len(), 1);
}
