//! No INVALID index, and no partition that is half detached, is left by a run that ends well.

use std::time::Duration;

use diagnostic::Explain;
use migration_core::{Config, Progress, apply};
use sqlx::{Connection, Executor, PgConnection, postgres::PgConnectOptions};

use crate::support::{ask, database, execute, run, set};

/// Every INVALID index of the database, partitioned ones left out.
const INVALID: &str =
    "SELECT x.indexrelid::regclass::text FROM pg_index AS x JOIN pg_class AS c ON c.oid = x.indexrelid
    WHERE NOT x.indisvalid AND c.relkind = 'i' ORDER BY 1";

/// A table whose index on `f(id)` cannot be rebuilt while the switch is on.
const WITH_A_SWITCH: &str = "
    CREATE SCHEMA s; CREATE TABLE s.switch (is_on boolean); INSERT INTO s.switch VALUES (false);
    CREATE FUNCTION s.f(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS
    $$BEGIN IF (SELECT is_on FROM s.switch) THEN RAISE 'no'; END IF; RETURN $1; END$$;
    CREATE TABLE s.\"T, of\" (id int, x text); INSERT INTO s.\"T, of\" VALUES (1, repeat('x', 9000));
    CREATE INDEX \"i, of\" ON s.\"T, of\" (s.f(id));
    CREATE TABLE s.p (id int) PARTITION BY LIST (id);
    CREATE TABLE s.p1 PARTITION OF s.p FOR VALUES IN (1); INSERT INTO s.p VALUES (1);
    CREATE INDEX p_f ON s.p (s.f(id))";

async fn switch(options: &PgConnectOptions, to: bool) {
    execute(options, &format!("UPDATE s.switch SET is_on = {to}")).await;
}

#[tokio::test]
async fn every_form_of_rebuilding_takes_back_what_a_failure_left() {
    for (statement, left) in [
        ("REINDEX INDEX CONCURRENTLY s.\"i, of\"", "s.\"i, of_ccnew\""),
        (
            "REINDEX (VERBOSE, CONCURRENTLY) TABLE s.\"T, of\"",
            "s.\"i, of_ccnew\"",
        ),
        ("REINDEX TABLE CONCURRENTLY s.p", "s.p1_f_idx_ccnew"),
        ("REINDEX INDEX CONCURRENTLY s.p_f", "s.p1_f_idx_ccnew"),
        ("REINDEX SCHEMA CONCURRENTLY s", ""),
    ] {
        let database = database().await;
        let options = database.options();
        execute(&options, WITH_A_SWITCH).await;
        let sets = [set(&[("1_r.sql", statement)])];
        switch(&options, true).await;
        assert_eq!(
            run(&options, &sets).await.unwrap_err().code(),
            "migration/sql",
            "{statement}"
        );
        let found = ask(&options, INVALID).await;
        assert!(
            found.iter().any(|name| name.contains(left)),
            "{statement}: {found:?}"
        );
        // A second failure leaves another one, unless the first is gone.
        assert_eq!(
            run(&options, &sets).await.unwrap_err().code(),
            "migration/sql",
            "{statement}"
        );
        switch(&options, false).await;
        run(&options, &sets).await.unwrap();
        assert_eq!(ask(&options, INVALID).await, Vec::<String>::new(), "{statement}");
    }
}

#[tokio::test]
async fn an_invalid_copy_that_was_there_before_is_left_alone() {
    let database = database().await;
    let options = database.options();
    execute(&options, WITH_A_SWITCH).await;
    switch(&options, true).await;
    let mut by_hand = PgConnection::connect_with(&options).await.unwrap();
    by_hand
        .execute("REINDEX INDEX CONCURRENTLY s.p1_f_idx")
        .await
        .unwrap_err();
    let sets = [set(&[("1_r.sql", "REINDEX INDEX CONCURRENTLY s.\"i, of\"")])];
    run(&options, &sets).await.unwrap_err();
    assert_eq!(ask(&options, INVALID).await.len(), 2);
    switch(&options, false).await;
    run(&options, &sets).await.unwrap();
    assert_eq!(ask(&options, INVALID).await, ["s.p1_f_idx_ccnew"]);
}

#[tokio::test]
async fn names_are_read_as_the_server_reads_them() {
    let long = "i".repeat(70);
    for build in [
        "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS \"The \"\"I\" ON s.t (id)".to_owned(),
        "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS MiXeD ON s.t (id)".to_owned(),
        "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS ÄÖ ON s.t (id)".to_owned(),
        format!("CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS {long} ON s.t (id)"),
        "CREATE UNIQUE INDEX CONCURRENTLY ON s.t (id, \"a,b\")".to_owned(),
    ] {
        let database = database().await;
        let options = database.options();
        execute(
            &options,
            "CREATE SCHEMA s; CREATE TABLE s.t (id int, \"a,b\" int); CREATE INDEX ON s.t (\"a,b\", id);
             INSERT INTO s.t VALUES (1, 1), (1, 1)",
        )
        .await;
        let sets = [set(&[("1_i.sql", build.as_str())])];
        run(&options, &sets).await.unwrap_err();
        assert_eq!(ask(&options, INVALID).await.len(), 1, "{build}");
        run(&options, &sets).await.unwrap_err();
        assert_eq!(
            ask(&options, INVALID).await.len(),
            1,
            "{build}: only that of the last try"
        );
        execute(&options, "TRUNCATE s.t").await;
        run(&options, &sets).await.unwrap();
        assert_eq!(ask(&options, INVALID).await, Vec::<String>::new(), "{build}");
        let all = "SELECT count(*)::text FROM pg_index WHERE indrelid = 's.t'::regclass";
        assert_eq!(ask(&options, all).await, ["2"], "{build}");
    }
}

#[tokio::test]
async fn an_invalid_index_of_that_name_on_another_table_does_not_pass_for_the_one_that_was_to_be_built() {
    let database = database().await;
    let options = database.options();
    execute(
        &options,
        "CREATE TABLE a (id int); CREATE TABLE b (id int); INSERT INTO b VALUES (1), (1)",
    )
    .await;
    let mut by_hand = PgConnection::connect_with(&options).await.unwrap();
    by_hand
        .execute("CREATE UNIQUE INDEX CONCURRENTLY i ON b (id)")
        .await
        .unwrap_err();
    let sets = [set(&[(
        "1_i.sql",
        "CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON a (id)",
    )])];
    let error = run(&options, &sets).await.unwrap_err();
    assert!(error.to_string().contains("`i` is there, and INVALID"), "{error}");
    execute(&options, "DROP INDEX i").await;
    run(&options, &sets).await.unwrap();
    assert_eq!(
        ask(
            &options,
            "SELECT indrelid::regclass::text FROM pg_index WHERE indexrelid = 'i'::regclass"
        )
        .await,
        ["a"]
    );
}

#[tokio::test]
async fn one_that_was_left_by_hand_is_built_again_where_the_migration_names_it() {
    let database = database().await;
    let options = database.options();
    execute(&options, "CREATE TABLE a (id int); INSERT INTO a VALUES (1), (1)").await;
    let mut by_hand = PgConnection::connect_with(&options).await.unwrap();
    by_hand
        .execute("CREATE UNIQUE INDEX CONCURRENTLY i ON a (id)")
        .await
        .unwrap_err();
    let sets = [set(&[(
        "1_i.sql",
        "CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON a (id)",
    )])];
    run(&options, &sets).await.unwrap();
    assert_eq!(ask(&options, INVALID).await, Vec::<String>::new());
}

/// Runs the migration while another session holds a lock, until it has been retried twice.
async fn retried(options: &PgConnectOptions, sql: &str, holding: &str) {
    let mut other = PgConnection::connect_with(options).await.unwrap();
    other
        .execute(sqlx::AssertSqlSafe(format!("BEGIN; {holding}")))
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
    let sets = [set(&[("1_m.sql", sql)])];
    let run = apply(options, &sets, &config, &mut listen);
    tokio::pin!(run);
    let twice = async {
        free.recv().await.unwrap();
        free.recv().await.unwrap();
    };
    tokio::select! {
        ended = &mut run => panic!("{sql}: {ended:?}"),
        () = twice => {}
    }
    other.execute("COMMIT").await.unwrap();
    run.await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dropping_concurrently_that_meets_a_lock_comes_to_its_end() {
    let database = database().await;
    let options = database.options();
    execute(&options, "CREATE TABLE a (id int); CREATE INDEX i ON a (id)").await;
    retried(&options, "DROP INDEX CONCURRENTLY i", "INSERT INTO a VALUES (1)").await;
    assert_eq!(
        ask(
            &options,
            "SELECT indexrelid::regclass::text FROM pg_index WHERE indrelid = 'a'::regclass"
        )
        .await,
        Vec::<String>::new()
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rebuilding_that_meets_a_lock_leaves_no_copy() {
    let database = database().await;
    let options = database.options();
    execute(&options, "CREATE TABLE a (id int PRIMARY KEY, x text)").await;
    retried(
        &options,
        "REINDEX TABLE CONCURRENTLY a",
        "INSERT INTO a VALUES (1)",
    )
    .await;
    assert_eq!(ask(&options, INVALID).await, Vec::<String>::new());
}

const PARTITIONED: &str =
    "CREATE TABLE p (id int) PARTITION BY LIST (id); CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1)";
const PARTITIONS: &str =
    "SELECT inhrelid::regclass || ' ' || inhdetachpending FROM pg_inherits WHERE inhparent = 'p'::regclass";
const DETACH: &str = "ALTER TABLE p DETACH PARTITION p1 CONCURRENTLY";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn detaching_that_meets_a_lock_is_finalized() {
    let database = database().await;
    let options = database.options();
    execute(&options, PARTITIONED).await;
    retried(&options, DETACH, "SELECT FROM p").await;
    assert_eq!(ask(&options, PARTITIONS).await, Vec::<String>::new());
}

#[tokio::test]
async fn detaching_that_was_cancelled_is_finalized_by_the_next_run() {
    let database = database().await;
    let options = database.options();
    execute(&options, PARTITIONED).await;
    let mut other = PgConnection::connect_with(&options).await.unwrap();
    other.execute("BEGIN; SELECT FROM p").await.unwrap();
    let sets = [set(&[(
        "1_d.sql",
        "SET statement_timeout = 300;\n SET lock_timeout = 0;\n ALTER TABLE p DETACH PARTITION p1 CONCURRENTLY",
    )])];
    run(&options, &sets).await.unwrap_err();
    assert_eq!(ask(&options, PARTITIONS).await, ["p1 true"]);
    other.execute("COMMIT").await.unwrap();
    run(&options, &sets).await.unwrap();
    assert_eq!(ask(&options, PARTITIONS).await, Vec::<String>::new());
}

#[tokio::test]
async fn what_a_failed_build_left_goes_where_the_migration_is_given_up() {
    for build in [
        "CREATE UNIQUE INDEX CONCURRENTLY ON a (id)",
        "CREATE UNIQUE INDEX CONCURRENTLY i ON a (id)",
    ] {
        let database = database().await;
        let options = database.options();
        execute(&options, "CREATE TABLE a (id int); INSERT INTO a VALUES (1), (1)").await;
        let sets = [set(&[("1_i.sql", build)])];
        run(&options, &sets).await.unwrap_err();
        // A person mends the file first.
        let sets = [set(&[("1_i.sql", "CREATE INDEX CONCURRENTLY other ON a (id)")])];
        migration_core::abandon(&options, &sets, "1_i.sql", &Config::default(), &mut |_| {})
            .await
            .unwrap();
        assert_eq!(ask(&options, INVALID).await, Vec::<String>::new(), "{build}");
        run(&options, &sets).await.unwrap();
        assert_eq!(ask(&options, INVALID).await, Vec::<String>::new());
    }
}

#[tokio::test]
async fn what_rebuilding_left_of_a_toast_table_goes_too() {
    let database = database().await;
    let options = database.options();
    execute(
        &options,
        "CREATE TABLE a (id int, x text); INSERT INTO a VALUES (1, 'x')",
    )
    .await;
    let mut other = PgConnection::connect_with(&options).await.unwrap();
    other.execute("BEGIN; INSERT INTO a VALUES (2)").await.unwrap();
    let steps = "SET statement_timeout = 300;\nSET lock_timeout = 0;\nREINDEX TABLE CONCURRENTLY a";
    let sets = [set(&[("1_r.sql", steps)])];
    run(&options, &sets).await.unwrap_err();
    let left = ask(&options, INVALID).await;
    assert!(left.iter().any(|name| name.starts_with("pg_toast.")), "{left:?}");
    other.execute("COMMIT").await.unwrap();
    run(&options, &sets).await.unwrap();
    assert_eq!(ask(&options, INVALID).await, Vec::<String>::new());
}
