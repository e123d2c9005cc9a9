//! What only a person can decide about a migration that was interrupted.

use std::time::Duration;

use diagnostic::Explain;
use ephemeral_postgres::TestDatabase;
use migration_core::{
    Config, Direction, Error, Late, Migrations, Problem, Running, State, Target, abandon, apply, interrupted,
    mark_applied, overview, resume, rollback,
};
use sqlx::{Connection, Executor, PgConnection};

use crate::support::{ask, database, execute, run, set};

const FIRST: &str = "CREATE TABLE t (id int);";
/// Of the second step nobody can tell from the catalog whether it had its effect.
const STEPS: &str =
    "-- db-fresh: no-transaction\nINSERT INTO t VALUES (1);\nCALL add();\nINSERT INTO t VALUES (3);";

fn folder() -> Migrations {
    set(&[
        ("1_t.sql", FIRST),
        ("2_steps.sql", STEPS),
        ("3_last.sql", "INSERT INTO t VALUES (4);"),
    ])
}

/// A database in which the runner died while the second step of the second migration ran.
async fn at_step_two() -> TestDatabase {
    let database = database().await;
    let options = database.options();
    let failing = "CREATE PROCEDURE add() LANGUAGE plpgsql AS $$ BEGIN RAISE 'not yet'; END $$";
    execute(&options, failing).await;
    let error = run(&options, &[folder()]).await.unwrap_err();
    assert!(matches!(error, Error::Sql(_)), "{error}");
    let working = "CREATE OR REPLACE PROCEDURE add() LANGUAGE sql AS 'INSERT INTO t VALUES (2)'";
    execute(&options, working).await;
    execute(&options, "UPDATE schema_migrations_progress SET running = 1").await;
    database
}

async fn numbers(database: &TestDatabase) -> String {
    ask(
        &database.options(),
        "SELECT string_agg(id::text, ' ' ORDER BY id) FROM t",
    )
    .await[0]
        .clone()
}

async fn audit(database: &TestDatabase) -> Vec<String> {
    let question = "SELECT action || ' ' || filename || ': ' || (detail->>'what') FROM schema_migrations_audit ORDER BY id";
    ask(&database.options(), question).await
}

#[tokio::test]
async fn an_interruption_is_described_without_a_word_written() {
    let database = at_step_two().await;
    let found = interrupted(&database.options(), &[folder()], &Config::default())
        .await
        .unwrap();
    let one = &found[0];
    assert_eq!(
        (one.file.as_str(), one.done, one.of, one.running),
        ("2_steps.sql", 1, Some(3), Some(2))
    );
    assert_eq!(one.steps[1].line, Some(3));
    assert!(!one.edited);
    assert_eq!(audit(&database).await, [""; 0]);
}

#[tokio::test]
async fn nothing_is_guessed_and_the_refusal_names_the_step() {
    let database = at_step_two().await;
    let options = database.options();
    let error = resume(
        &options,
        &[folder()],
        Running::Unknown,
        &Config::default(),
        &mut |_| {},
    )
    .await
    .unwrap_err();
    let diagnostics = error.diagnostics();
    assert_eq!(diagnostics[0].code, "migration/unsure");
    let Error::Unfit { problems } = &error else {
        panic!("{error:?}");
    };
    let [Problem::Unsure { file, step, .. }] = problems.as_slice() else {
        panic!("{problems:?}");
    };
    assert_eq!((file.as_str(), *step), ("2_steps.sql", 2));
    assert!(diagnostics[0].hints[0].contains("step 2"), "{diagnostics:?}");
    assert_eq!(numbers(&database).await, "1");
}

#[tokio::test]
async fn going_on_again_or_behind_runs_the_rest_and_nothing_else() {
    for (running, expected, note) in [
        (
            Running::Again,
            "1 2 3",
            "resumed 2_steps.sql: at step 2, which had no effect",
        ),
        (
            Running::Done,
            "1 3",
            "resumed 2_steps.sql: behind step 2, which had its effect",
        ),
    ] {
        let database = at_step_two().await;
        let options = database.options();
        let resumed = resume(&options, &[folder()], running, &Config::default(), &mut |_| {})
            .await
            .unwrap();
        assert_eq!(resumed.applied.len(), 1);
        assert_eq!(numbers(&database).await, expected);
        assert_eq!(audit(&database).await, [note]);
        let state = overview(&options, &[folder()], &Config::default()).await.unwrap();
        assert_eq!(state.items[2].state, State::Pending);
    }
}

#[tokio::test]
async fn what_comes_late_is_called_so_also_when_it_was_interrupted() {
    let database = database().await;
    let options = database.options();
    let all = folder();
    let mut early = all.clone();
    early.items.remove(1);
    run(&options, &[early]).await.unwrap();
    let late = Config {
        late: Late::Allow,
        ..Config::default()
    };
    let failed = apply(&options, std::slice::from_ref(&all), &late, &mut |_| {}).await;
    failed.unwrap_err();
    execute(
        &options,
        "CREATE PROCEDURE add() LANGUAGE sql AS 'INSERT INTO t VALUES (2)'",
    )
    .await;
    resume(
        &options,
        &[all],
        Running::Unknown,
        &Config::default(),
        &mut |_| {},
    )
    .await
    .unwrap();
    assert_eq!(numbers(&database).await, "1 2 3 4");
    let rows = "SELECT filename || ' ' || late FROM schema_migrations ORDER BY id";
    assert_eq!(
        ask(&options, rows).await,
        ["1_t.sql false", "3_last.sql false", "2_steps.sql true"]
    );
}

#[tokio::test]
async fn a_down_script_that_was_interrupted_goes_on_or_is_given_up() {
    let files = [
        ("1_t.up.sql", FIRST),
        ("2_steps.up.sql", "INSERT INTO t VALUES (1), (2), (3);"),
        (
            "2_steps.down.sql",
            "-- db-fresh: no-transaction\nDELETE FROM t WHERE id = 1;\nCALL remove();\nDELETE FROM t WHERE id = 3;",
        ),
    ];
    for (decision, expected) in [("resume", ""), ("abandon", "2 3")] {
        let database = database().await;
        let (options, sets, config) = (database.options(), [set(&files)], Config::default());
        run(&options, &sets).await.unwrap();
        let failed = rollback(&options, &sets, &Target::Last(1), &config, &mut |_| {}).await;
        failed.unwrap_err();
        let found = interrupted(&options, &sets, &config).await.unwrap();
        assert_eq!(
            (found[0].direction, found[0].done, found[0].of),
            (Direction::Down, 1, Some(3))
        );
        let working = "CREATE PROCEDURE remove() LANGUAGE sql AS 'DELETE FROM t WHERE id = 2'";
        execute(&options, working).await;
        if decision == "resume" {
            let resumed = resume(&options, &sets, Running::Unknown, &config, &mut |_| {})
                .await
                .unwrap();
            assert_eq!((resumed.undone.len(), resumed.applied.len()), (1, 0));
        } else {
            abandon(&options, &sets, "2_steps.up.sql", &config, &mut |_| {})
                .await
                .unwrap();
        }
        assert_eq!(numbers(&database).await, expected);
        let state = overview(&options, &sets, &config)
            .await
            .unwrap()
            .items
            .remove(1)
            .state;
        assert_eq!(state == State::Pending, decision == "resume", "{state:?}");
    }
}

#[tokio::test]
async fn with_nothing_interrupted_there_is_nothing_to_go_on_with() {
    let database = database().await;
    let options = database.options();
    let sets = [set(&[("1_t.sql", FIRST)])];
    run(&options, &sets).await.unwrap();
    let error = resume(&options, &sets, Running::Unknown, &Config::default(), &mut |_| {})
        .await
        .unwrap_err();
    assert_eq!(error.code(), "migration/not-interrupted");
    let error = abandon(&options, &sets, "1_t.sql", &Config::default(), &mut |_| {})
        .await
        .unwrap_err();
    assert_eq!(error.code(), "migration/not-interrupted");
}

#[tokio::test]
async fn what_is_marked_applied_does_not_run_and_is_on_record() {
    let database = at_step_two().await;
    let options = database.options();
    let sets = [folder()];
    mark_applied(&options, &sets, "2_steps.sql", &Config::default(), &mut |_| {})
        .await
        .unwrap();
    let report = apply(&options, &sets, &Config::default(), &mut |_| {})
        .await
        .unwrap();
    assert_eq!((report.applied.len(), report.already), (1, 2));
    assert_eq!(numbers(&database).await, "1 4");
    assert_eq!(
        audit(&database).await,
        ["marked applied 2_steps.sql: by hand, after 1 steps were on record"]
    );
    let again = mark_applied(&options, &sets, "2_steps.sql", &Config::default(), &mut |_| {}).await;
    assert_eq!(again.unwrap_err().code(), "migration/is-applied");
    let typo = mark_applied(&options, &sets, "2_step.sql", &Config::default(), &mut |_| {})
        .await
        .unwrap_err();
    assert_eq!(typo.code(), "migration/no-such-migration");
    assert!(typo.diagnostics()[0].hints[0].contains("2_steps.sql"));
}

#[tokio::test]
async fn what_is_abandoned_counts_as_not_applied_and_runs_from_its_first_step() {
    let database = at_step_two().await;
    let options = database.options();
    let sets = [folder()];
    let given_up = abandon(&options, &sets, "2_steps.sql", &Config::default(), &mut |_| {})
        .await
        .unwrap();
    assert_eq!(given_up.done, 1);
    assert_eq!(
        audit(&database).await,
        ["abandoned 2_steps.sql: after 1 of its steps; what they did stays"]
    );
    run(&options, &sets).await.unwrap();
    assert_eq!(numbers(&database).await, "1 1 2 3 4");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ledger_that_is_locked_is_not_waited_for_without_end() {
    let database = database().await;
    let options = database.options();
    let first = ("1_a.sql", "CREATE TABLE a (id int)");
    run(&options, &[set(&[first])]).await.unwrap();
    let other = options.clone().application_name("a forgotten console");
    let mut other = PgConnection::connect_with(&other).await.unwrap();
    other
        .execute("BEGIN; LOCK TABLE schema_migrations IN SHARE MODE")
        .await
        .unwrap();
    let config = Config {
        lock_timeout: Duration::from_millis(700),
        retry_for: Duration::ZERO,
        ..Config::default()
    };
    let sets = [set(&[first, ("2_b.sql", "CREATE TABLE b (id int)")])];
    let mut quiet = |_| {};
    let marking = mark_applied(&options, &sets, "2_b.sql", &config, &mut quiet);
    let deadline = Duration::from_secs(20);
    let ended = tokio::time::timeout(deadline, marking).await;
    let error = ended.expect("it has a deadline").unwrap_err();
    let facts = error.facts();
    assert!(facts.iter().any(|fact| fact.value == "55P03"), "{facts:?}");
    let blocker =
        |fact: &diagnostic::Fact| fact.label == "blocked by" && fact.value.contains("a forgotten console");
    assert!(facts.iter().any(blocker), "{facts:?}");
}
