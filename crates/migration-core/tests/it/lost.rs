//! A connection that is lost in the middle of a migration: what stands afterwards, and what is said of it.

use std::sync::Arc;

use diagnostic::Explain;
use migration_core::{Config, Error, Migrations, Progress, Target, apply, rollback};
use sqlx::postgres::PgConnectOptions;

use crate::{
    proxy::Proxy,
    support::{ask, database, run, set},
};

/// Step 1 and 3 run in a transaction each, step 2 outside one; and the same on the way down.
fn three_steps() -> Migrations {
    set(&[
        (
            "1_a.up.sql",
            "CREATE TABLE a (id int);\nCREATE INDEX CONCURRENTLY a_id ON a (id);\nINSERT INTO a VALUES (1);",
        ),
        (
            "1_a.down.sql",
            "DELETE FROM a;\nDROP INDEX CONCURRENTLY a_id;\nDROP TABLE a;",
        ),
    ])
}

/// Ends the connection as soon as a piece of progress is the wanted one.
fn cut_at(proxy: Proxy, wanted: impl Fn(&Progress) -> bool + Send) -> impl FnMut(Progress) + Send {
    let mut proxy = Some(proxy);
    move |progress| {
        if wanted(&progress) {
            drop(proxy.take());
        }
    }
}

fn is_step(number: usize) -> impl Fn(&Progress) -> bool + Send {
    move |progress| matches!(progress, Progress::Step { step, .. } if *step == number)
}

async fn lost_up(
    options: &PgConnectOptions,
    sets: &[Migrations],
    wanted: impl Fn(&Progress) -> bool + Send,
) -> Error {
    let proxy = Proxy::start(options, None, Arc::new(|_| {})).await;
    let through = proxy.options(options);
    apply(&through, sets, &Config::default(), &mut cut_at(proxy, wanted))
        .await
        .unwrap_err()
}

async fn lost_down(options: &PgConnectOptions, sets: &[Migrations], step: usize) -> Error {
    let proxy = Proxy::start(options, None, Arc::new(|_| {})).await;
    let through = proxy.options(options);
    let target = Target::Last(1);
    rollback(
        &through,
        sets,
        &target,
        &Config::default(),
        &mut cut_at(proxy, is_step(step)),
    )
    .await
    .unwrap_err()
}

fn fact(error: &Error, label: &str) -> Option<String> {
    let facts = error.facts().into_iter();
    facts
        .filter(|fact| fact.label == label)
        .map(|fact| fact.value)
        .next()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_a_transaction_nothing_is_half_done() {
    let database = database().await;
    let sets = [set(&[("1_a.sql", "CREATE TABLE a (id int)")])];
    let is_planned = |progress: &Progress| matches!(progress, Progress::Planned { .. });
    let error = lost_up(&database.options(), &sets, is_planned).await;
    assert_eq!(error.code(), "migration/lost", "{error:?}");
    assert!(error.why().unwrap().contains("nothing is half-done"), "{error:?}");
    // The message may have arrived all the same: then the next run finds it applied.
    let report = run(&database.options(), &sets).await.unwrap();
    assert_eq!(report.applied.len() + report.already, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn between_steps_it_is_said_how_many_stand() {
    for step in [1, 2, 3] {
        let database = database().await;
        let sets = [three_steps()];
        let error = lost_up(&database.options(), &sets, is_step(step)).await;
        assert_eq!(error.code(), "migration/lost", "after step {step}: {error:?}");
        let why = error.why().unwrap();
        assert!(!why.contains("nothing is half-done"), "after step {step}: {why}");
        assert!(
            why.contains(&format!("{step} of its 3 steps")),
            "after step {step}: {why}"
        );
        run(&database.options(), &sets).await.unwrap();
        let rows = ask(&database.options(), "SELECT count(*)::text FROM a").await;
        assert_eq!(rows, ["1"], "after step {step} each step ran once");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_the_way_down_it_is_said_what_is_undone() {
    for step in [1, 2, 3] {
        let database = database().await;
        let options = database.options();
        let sets = [three_steps()];
        run(&options, &sets).await.unwrap();
        let error = lost_down(&options, &sets, step).await;
        assert_eq!(error.code(), "migration/lost", "after step {step}: {error:?}");
        let why = error.why().unwrap();
        assert!(why.contains("down script"), "after step {step}: {why}");
        assert!(
            why.contains(&format!("{step} of its 3 steps")),
            "after step {step}: {why}"
        );
        assert_eq!(fact(&error, "undone before").as_deref(), Some("0"));
        assert_eq!(fact(&error, "applied before"), None);
        let target = Target::Last(1);
        rollback(&options, &sets, &target, &Config::default(), &mut |_| {})
            .await
            .unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_applied_on_top_of_what_is_half_undone() {
    let database = database().await;
    let options = database.options();
    let sets = [three_steps()];
    run(&options, &sets).await.unwrap();
    lost_down(&options, &sets, 2).await;
    let more = [set(&[
        (
            "1_a.up.sql",
            "CREATE TABLE a (id int);\nCREATE INDEX CONCURRENTLY a_id ON a (id);\nINSERT INTO a VALUES (1);",
        ),
        (
            "1_a.down.sql",
            "DELETE FROM a;\nDROP INDEX CONCURRENTLY a_id;\nDROP TABLE a;",
        ),
        ("2_b.up.sql", "CREATE TABLE b (id int)"),
    ])];
    for sets in [&sets, &more] {
        let error = run(&options, sets).await.unwrap_err();
        assert_eq!(error.code(), "migration/half-undone", "{error:?}");
    }
    let seen = migration_core::overview(&options, &more, &Config::default())
        .await
        .unwrap();
    assert_eq!(
        seen.items[0].state,
        migration_core::State::Interrupted { done: 2, of: 3 }
    );
    rollback(&options, &more, &Target::Last(1), &Config::default(), &mut |_| {})
        .await
        .unwrap();
    assert_eq!(run(&options, &more).await.unwrap().applied.len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_steps_before_have_set_is_set_again() {
    let database = database().await;
    let options = database.options();
    let sets = [set(&[(
        "1_a.sql",
        "CREATE SCHEMA app;\nSET search_path = app;\nCREATE TABLE a (id int);\nCREATE INDEX CONCURRENTLY a_id ON a (id);\nCREATE TABLE b (id int);",
    )])];
    lost_up(&options, &sets, is_step(3)).await;
    run(&options, &sets).await.unwrap();
    let tables =
        "SELECT schemaname || '.' || tablename FROM pg_tables WHERE tablename IN ('a', 'b') ORDER BY 1";
    assert_eq!(ask(&options, tables).await, ["app.a", "app.b"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_that_an_administrator_ends_is_lost_too() {
    let database = database().await;
    for (name, sql) in [
        ("1_a.sql", "SELECT pg_terminate_backend(pg_backend_pid())"),
        (
            "1_a.sql",
            "-- db-fresh: no-transaction\nSELECT 1;\nSELECT pg_terminate_backend(pg_backend_pid())",
        ),
    ] {
        let error = run(&database.options(), &[set(&[(name, sql)])])
            .await
            .unwrap_err();
        assert_eq!(error.code(), "migration/lost", "{error:?}");
        assert_eq!(fact(&error, "SQLSTATE").as_deref(), Some("57P01"));
    }
}
