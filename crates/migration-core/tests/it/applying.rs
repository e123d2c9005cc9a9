//! What is applied, in which order, and what the ledger says of it.

use migration_core::{Config, Environment, Late, Mode, Progress, Protection, apply};

use crate::support::{ask, database, execute, named_set, run, set};

#[tokio::test]
async fn files_run_once_and_in_order_and_the_ledger_says_so() {
    let database = database().await;
    let options = database.options();
    let sets = [
        named_set(
            "app",
            &[
                ("10_c.sql", "ALTER TABLE t ADD c int"),
                ("9_b.sql", "CREATE TABLE t (b int); -- end"),
            ],
        ),
        named_set("extra", &[("1_v.sql", "CREATE VIEW v AS SELECT b, c FROM t")]),
    ];
    let report = run(&options, &sets).await.unwrap();
    let files: Vec<_> = report.applied.iter().map(|one| one.file.as_str()).collect();
    assert_eq!(files, ["9_b.sql", "10_c.sql", "1_v.sql"]);
    let ledger = "SELECT component || ' ' || filename || ' ' || version || ' ' || transactional || ' ' || length(checksum) FROM schema_migrations ORDER BY id";
    assert_eq!(
        ask(&options, ledger).await,
        [
            "app 9_b.sql 9 true 64",
            "app 10_c.sql 10 true 64",
            "extra 1_v.sql 1 true 64"
        ]
    );
    let again = run(&options, &sets).await.unwrap();
    assert_eq!((again.applied.len(), again.already, again.total), (0, 3, 3));
}

#[tokio::test]
async fn a_migration_and_its_row_commit_together_or_not_at_all() {
    let database = database().await;
    let options = database.options();
    let files = [
        ("1_a.sql", "CREATE TABLE a (id int PRIMARY KEY)"),
        (
            "2_b.sql",
            "CREATE TABLE b (id int); INSERT INTO a VALUES (1), (1)",
        ),
        ("3_c.sql", "CREATE TABLE c (id int)"),
    ];
    let error = run(&options, &[set(&files)]).await.unwrap_err();
    let migration_core::Error::Sql(failure) = error else {
        panic!("{error:?}")
    };
    assert_eq!(
        (
            failure.file.as_str(),
            failure.sqlstate.as_str(),
            failure.aftermath.finished_before
        ),
        ("2_b.sql", "23505", 1)
    );
    assert_eq!(failure.place.column, Some(26), "the second statement of the line");
    assert_eq!(
        ask(&options, "SELECT filename FROM schema_migrations").await,
        ["1_a.sql"]
    );
    assert_eq!(ask(&options, "SELECT to_regclass('b')::text").await, [""]);

    let mended = [files[0], ("2_b.sql", "CREATE TABLE b (id int)"), files[2]];
    assert_eq!(run(&options, &[set(&mended)]).await.unwrap().applied.len(), 2);
}

#[tokio::test]
async fn a_constraint_that_is_checked_at_commit_fails_the_right_file() {
    let database = database().await;
    let options = database.options();
    let sets = [set(&[
        (
            "1_a.sql",
            "CREATE TABLE a (id int PRIMARY KEY, next int REFERENCES a DEFERRABLE INITIALLY DEFERRED)",
        ),
        ("2_b.sql", "INSERT INTO a VALUES (1, 2)"),
        ("3_c.sql", "INSERT INTO a VALUES (2, NULL)"),
    ])];
    let error = run(&options, &sets).await.unwrap_err();
    let migration_core::Error::Sql(failure) = error else {
        panic!("{error:?}")
    };
    assert_eq!(
        (failure.file.as_str(), failure.sqlstate.as_str()),
        ("2_b.sql", "23503")
    );
    assert!(
        failure
            .details
            .iter()
            .any(|fact| fact.value.contains("at COMMIT")),
        "{failure:?}"
    );
    assert_eq!(
        ask(&options, "SELECT count(*)::text FROM a").await,
        ["0"],
        "nothing behind it ran"
    );
}

#[tokio::test]
async fn what_a_migration_sets_does_not_reach_the_next_one() {
    let database = database().await;
    let options = database.options();
    execute(
        &options,
        "CREATE ROLE leaky; CREATE SCHEMA elsewhere; GRANT ALL ON SCHEMA elsewhere TO leaky",
    )
    .await;
    let sets = [set(&[
        (
            "1_a.sql",
            "SET search_path = elsewhere; SET ROLE leaky; SET lock_timeout = '1h'; CREATE TABLE a (id int)",
        ),
        (
            "2_b.sql",
            "CREATE TABLE b AS SELECT current_user::text AS who, current_setting('lock_timeout') AS locks",
        ),
    ])];
    run(&options, &sets).await.unwrap();
    assert_eq!(
        ask(&options, "SELECT who || ' ' || locks FROM public.b").await,
        ["postgres 4s"]
    );
    assert_eq!(
        ask(
            &options,
            "SELECT tableowner::text FROM pg_tables WHERE tablename = 'a'"
        )
        .await,
        ["leaky"]
    );
    execute(&options, "DROP OWNED BY leaky; DROP ROLE leaky").await;
}

#[tokio::test]
async fn what_cannot_run_in_a_transaction_runs_without_one_and_nobody_has_to_say_so() {
    let database = database().await;
    let options = database.options();
    let sets = [set(&[
        (
            "1_a.sql",
            "CREATE TABLE a (id int, n int); INSERT INTO a SELECT g, 0 FROM generate_series(1, 100) g",
        ),
        (
            "2_b.sql",
            "CREATE INDEX CONCURRENTLY a_id ON a (id);\nUPDATE a SET n = n + 1;\nVACUUM a;\nCREATE UNIQUE INDEX CONCURRENTLY ON a (id, n);",
        ),
    ])];
    let mut steps = Vec::new();
    let mut listen = |progress| {
        if let Progress::Step { step, of, .. } = progress {
            steps.push((step, of));
        }
    };
    let report = apply(&options, &sets, &Config::default(), &mut listen)
        .await
        .unwrap();
    assert!(matches!(report.applied[1].mode, Mode::NonTransactional { .. }));
    assert_eq!(steps, [(1, 4), (2, 4), (3, 4), (4, 4)]);
    assert_eq!(ask(&options, "SELECT sum(n)::text FROM a").await, ["100"]);
    assert_eq!(
        ask(&options, "SELECT count(*)::text FROM schema_migrations_progress").await,
        ["0"]
    );
}

#[tokio::test]
async fn a_failed_build_is_resumed_where_it_stopped_and_its_invalid_index_is_built_anew() {
    let database = database().await;
    let options = database.options();
    let table = (
        "1_a.sql",
        "CREATE TABLE a (id int); INSERT INTO a VALUES (1), (1)",
    );
    let index = (
        "2_b.sql",
        "UPDATE a SET id = id + 10;\nCREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS a_id ON a (id);\nUPDATE a SET id = id + 100;",
    );
    let error = run(&options, &[set(&[table, index])]).await.unwrap_err();
    let migration_core::Error::Sql(failure) = error else {
        panic!("{error:?}")
    };
    assert_eq!(
        (failure.sqlstate.as_str(), failure.place.line),
        ("23505", Some(2))
    );
    assert!(
        failure.aftermath.to_string().starts_with("1 of its 3 steps"),
        "{}",
        failure.aftermath
    );
    let invalid = "SELECT count(*)::text FROM pg_index WHERE NOT indisvalid";
    assert_eq!(ask(&options, invalid).await, ["1"]);

    execute(&options, "DELETE FROM a WHERE ctid = (SELECT min(ctid) FROM a)").await;
    let mut dropped = Vec::new();
    let mut listen = |progress| {
        if let Progress::InvalidIndexDropped { index } = progress {
            dropped.push(index);
        }
    };
    apply(&options, &[set(&[table, index])], &Config::default(), &mut listen)
        .await
        .unwrap();
    assert_eq!(dropped, ["a_id"], "IF NOT EXISTS would have taken it for done");
    assert_eq!(ask(&options, invalid).await, ["0"]);
    assert_eq!(
        ask(&options, "SELECT id::text FROM a").await,
        ["111"],
        "each step ran once"
    );
    assert_eq!(
        ask(&options, "SELECT action FROM schema_migrations_audit").await,
        ["dropped invalid index"]
    );
}

#[tokio::test]
async fn a_file_with_transactions_of_its_own_keeps_them() {
    let database = database().await;
    let options = database.options();
    let sets = [set(&[(
        "1_a.sql",
        "BEGIN;\nCREATE TABLE a (n int);\nINSERT INTO a VALUES (1);\nCOMMIT;\nBEGIN;\nUPDATE a SET n = n + 1;\nCOMMIT;\nVACUUM a;",
    )])];
    run(&options, &sets).await.unwrap();
    assert_eq!(ask(&options, "SELECT n::text FROM a").await, ["2"]);
    assert_eq!(
        ask(&options, "SELECT count(*)::text FROM schema_migrations_progress").await,
        ["0"]
    );
}

#[tokio::test]
async fn only_comments_changed_means_a_new_checksum_with_an_entry_in_the_audit() {
    let database = database().await;
    let options = database.options();
    run(&options, &[set(&[("1_a.sql", "CREATE TABLE a (id int);\n")])])
        .await
        .unwrap();
    let commented = [set(&[("1_a.sql", "-- Why.\r\nCREATE TABLE a (id int);\r\n")])];
    let report = run(&options, &commented).await.unwrap();
    assert_eq!(report.restamped, ["1_a.sql"]);
    assert_eq!(
        ask(&options, "SELECT action FROM schema_migrations_audit").await,
        ["re-stamped"]
    );
    assert!(run(&options, &commented).await.unwrap().restamped.is_empty());
}

#[tokio::test]
async fn a_late_migration_runs_where_it_is_allowed_and_the_ledger_says_that_it_was_late() {
    let database = database().await;
    let options = database.options();
    run(
        &options,
        &[set(&[("1_a.sql", "SELECT 1"), ("3_c.sql", "SELECT 1")])],
    )
    .await
    .unwrap();
    let with_late = [set(&[
        ("1_a.sql", "SELECT 1"),
        ("2_b.sql", "SELECT 1"),
        ("3_c.sql", "SELECT 1"),
    ])];
    run(&options, &with_late).await.unwrap_err();
    let config = Config {
        late: Late::Allow,
        ..Config::default()
    };
    apply(&options, &with_late, &config, &mut |_| {}).await.unwrap();
    let ledger = "SELECT filename || ' ' || late FROM schema_migrations ORDER BY id";
    assert_eq!(
        ask(&options, ledger).await,
        ["1_a.sql false", "3_c.sql false", "2_b.sql true"]
    );
}

#[tokio::test]
async fn what_is_for_development_is_left_out_of_a_protected_environment() {
    let database = database().await;
    let options = database.options();
    let sets = [set(&[
        ("1_a.sql", "CREATE TABLE a (id int)"),
        ("2_b.sql", "-- DEV/TEST ONLY\nINSERT INTO a VALUES (1)"),
    ])];
    let protected = |name: &str| Config {
        environment: Environment {
            name: name.into(),
            protection: Protection::Protected,
        },
        ..Config::default()
    };
    for name in ["production", "dev"] {
        let report = apply(&options, &sets, &protected(name), &mut |_| {})
            .await
            .unwrap();
        assert_eq!(report.skipped[0].file, "2_b.sql", "{name}");
    }
    assert_eq!(ask(&options, "SELECT count(*)::text FROM a").await, ["0"]);
    // Nor does calling it something else later help.
    let error = run(&options, &sets).await.unwrap_err();
    assert_eq!(diagnostic::Explain::code(&error), "migration/environment");
}

#[tokio::test]
async fn a_ledger_can_have_a_place_of_its_own() {
    let database = database().await;
    let options = database.options();
    let ledger = migration_core::LedgerTable {
        schema: "my \"ops\"".into(),
        table: "Applied".into(),
    };
    let config = Config {
        ledger,
        actor: "o'neil \\ ci".into(),
        ..Config::default()
    };
    let sets = [set(&[("1_a.sql", "CREATE TABLE a (id int)")])];
    assert_eq!(
        apply(&options, &sets, &config, &mut |_| {})
            .await
            .unwrap()
            .applied
            .len(),
        1
    );
    assert_eq!(
        apply(&options, &sets, &config, &mut |_| {})
            .await
            .unwrap()
            .applied
            .len(),
        0
    );
    assert_eq!(
        ask(&options, "SELECT applied_by FROM \"my \"\"ops\"\"\".\"Applied\"").await,
        ["o'neil \\ ci"]
    );
}
