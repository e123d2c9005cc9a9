//! A database that ever served a protected environment says so, whatever becomes of the rows.

use ephemeral_postgres::TestDatabase;
use migration_core::{
    Config, Environment, Error, Problem, ProtectedRollback, Protection, Reason, Running, Target, abandon,
    apply, mark_applied, overview, resume, rollback,
};

use crate::support::{ask, database, execute, set};

const FILES: [(&str, &str); 4] = [
    ("1_a.up.sql", "CREATE TABLE a (id int)"),
    ("1_a.down.sql", "DROP TABLE a"),
    (
        "2_b.up.sql",
        "-- db-fresh: no-transaction\nCREATE TABLE b (id int);\nCALL nothing()",
    ),
    ("2_b.down.sql", "-- db-fresh: no-transaction\nDROP TABLE b"),
];

fn production() -> Config {
    Config {
        environment: Environment {
            name: "production".into(),
            protection: Protection::Protected,
        },
        protected_rollback: ProtectedRollback::Allow(Reason::new("a test").unwrap()),
        ..Config::default()
    }
}

/// A run that calls it something else is refused, and one that calls it what it is goes on.
async fn is_protected(database: &TestDatabase, context: &str) {
    let (options, config) = (database.options(), Config::default());
    let sets = [set(&[FILES[0], ("9_z.sql", "SELECT 1")])];
    let refused = apply(&options, &sets, &config, &mut |_| {}).await;
    let Err(Error::Unfit { problems }) = refused else {
        panic!("{context}: {refused:?}")
    };
    let expected = Problem::OtherEnvironment {
        recorded: "production".into(),
        given: "development".into(),
    };
    assert_eq!(problems, std::slice::from_ref(&expected), "{context}");
    let problems = overview(&options, &sets, &config).await.unwrap().problems;
    assert_eq!(problems, [expected], "{context}");
    let problems = overview(&options, &sets, &production()).await.unwrap().problems;
    assert_eq!(problems, [], "{context}");
}

async fn rows(database: &TestDatabase) -> Vec<String> {
    ask(&database.options(), "SELECT filename FROM schema_migrations").await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn undoing_every_row_does_not_erase_the_mark() {
    let database = database().await;
    let options = database.options();
    let (sets, config) = ([set(&FILES[..2])], production());
    let tell = &mut |_| {};
    apply(&options, &sets, &config, tell).await.unwrap();
    rollback(&options, &sets, &Target::Last(1), &config, tell)
        .await
        .unwrap();
    assert_eq!(rows(&database).await, Vec::<String>::new());
    is_protected(&database, "rolled back").await;
    // Another entry, of a run that was open, does not hide the mark.
    execute(
        &options,
        "INSERT INTO schema_migrations_audit (action, component, filename, detail, actor, tool)
         VALUES ('noted', 'app', 'x', '{\"environment\": \"development\"}', 'x', 'x'), ('noted', 'app', 'x', '[]', 'x', 'x')",
    )
    .await;
    is_protected(&database, "rolled back, and something else noted").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_first_migration_that_was_given_up_leaves_the_mark() {
    for decision in ["nothing", "resume", "abandon"] {
        let database = database().await;
        let options = database.options();
        let (sets, config) = ([set(&FILES[2..])], production());
        let tell = &mut |_| {};
        apply(&options, &sets, &config, tell).await.unwrap_err();
        assert_eq!(rows(&database).await, Vec::<String>::new());
        if decision == "resume" {
            resume(&options, &sets, Running::Again, &config, tell)
                .await
                .unwrap_err();
        } else if decision == "abandon" {
            abandon(&options, &sets, "2_b.up.sql", &config, tell)
                .await
                .unwrap();
        }
        is_protected(&database, decision).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_marked_applied_and_undone_leaves_the_mark() {
    let database = database().await;
    let options = database.options();
    let (sets, config) = ([set(&FILES[..2])], production());
    let tell = &mut |_| {};
    execute(&options, FILES[0].1).await;
    mark_applied(&options, &sets, "1_a.up.sql", &config, tell)
        .await
        .unwrap();
    rollback(&options, &sets, &Target::Last(1), &config, tell)
        .await
        .unwrap();
    // Even where the entry of the roll-back does not say it any more.
    let forget = "DELETE FROM schema_migrations_audit WHERE action = 'rolled back'";
    execute(&options, forget).await;
    is_protected(&database, "marked applied").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_open_database_leaves_no_mark() {
    let database = database().await;
    let options = database.options();
    let (sets, config) = ([set(&FILES[..2])], Config::default());
    let tell = &mut |_| {};
    let last = Target::Last(1);
    apply(&options, &sets, &config, tell).await.unwrap();
    rollback(&options, &sets, &last, &config, tell).await.unwrap();
    let again = apply(&options, &sets, &config, tell).await.unwrap();
    assert_eq!(again.applied.len(), 1);
    // It may become one that is protected.
    rollback(&options, &sets, &last, &config, tell).await.unwrap();
    let protected = apply(&options, &sets, &production(), tell).await.unwrap();
    assert_eq!(protected.applied.len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_that_names_a_protected_environment_leaves_the_mark_also_where_it_applies_nothing() {
    let unnamed = Config {
        environment: Environment::unnamed(),
        protected_rollback: ProtectedRollback::Allow(Reason::new("a test").unwrap()),
        ..Config::default()
    };
    let tell = &mut |_| {};
    let left_out = [set(&[("2_b.sql", "-- DEV/TEST ONLY\nSELECT 1")])];
    let fails = [set(&[("1_a.sql", "SELECT 1/0")])];
    let (sets, config) = ([set(&FILES[..2])], production());
    for case in [
        "nothing to do",
        "nothing to do twice",
        "left out",
        "failed",
        "rolled back",
    ] {
        let database = database().await;
        let options = database.options();
        match case {
            "left out" => {
                apply(&options, &left_out, &config, tell).await.unwrap();
            }
            "failed" => {
                apply(&options, &fails, &config, tell).await.unwrap_err();
            }
            "rolled back" => {
                apply(&options, &sets, &unnamed, tell).await.unwrap();
                rollback(&options, &sets, &Target::Last(1), &config, tell)
                    .await
                    .unwrap();
            }
            _ => {
                apply(&options, &sets, &unnamed, tell).await.unwrap();
                apply(&options, &sets, &config, tell).await.unwrap();
                if case == "nothing to do twice" {
                    apply(&options, &sets, &config, tell).await.unwrap();
                }
            }
        }
        let marks = "SELECT count(*)::text FROM schema_migrations_audit WHERE action = 'protected'";
        assert_eq!(ask(&options, marks).await, ["1"], "{case}");
        if case != "left out" {
            is_protected(&database, case).await;
        } else {
            let refused = apply(&options, &left_out, &Config::default(), tell).await;
            assert!(matches!(refused, Err(Error::Unfit { .. })), "{refused:?}");
        }
    }
}
