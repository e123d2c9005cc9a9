//! The ledger's tables are made when they are first needed.

use migration_core::{Config, Target, rollback};

use crate::support::{ask, database, run, set};

async fn tables(options: &sqlx::postgres::PgConnectOptions) -> Vec<String> {
    let question = "SELECT relname::text FROM pg_class WHERE relkind = 'r' AND relname LIKE 'schema_migrations%' ORDER BY 1";
    ask(options, question).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_table_of_the_ledger_is_made_when_it_is_first_needed() {
    let database = database().await;
    let options = database.options();
    let plain = ("1_a.up.sql", "CREATE TABLE a (id int)");
    let down = ("1_a.down.sql", "DROP TABLE a");
    run(&options, &[set(&[plain, down])]).await.unwrap();
    assert_eq!(tables(&options).await, ["schema_migrations"]);
    rollback(
        &options,
        &[set(&[plain, down])],
        &Target::Last(1),
        &Config::default(),
        &mut |_| {},
    )
    .await
    .unwrap();
    let all = [
        "schema_migrations",
        "schema_migrations_audit",
        "schema_migrations_progress",
    ];
    assert_eq!(tables(&options).await, all);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_role_that_may_make_nothing_needs_only_the_tables_that_are_there() {
    let database = database().await;
    let options = database.options();
    run(&options, &[set(&[("1_a.sql", "CREATE TABLE a (id int)")])])
        .await
        .unwrap();
    let role = format!("worker_{}", std::process::id());
    crate::support::execute(
        &options,
        &format!(
            "CREATE ROLE {role} LOGIN; REVOKE CREATE ON SCHEMA public FROM public;
             GRANT SELECT, INSERT, UPDATE ON a, schema_migrations TO {role}"
        ),
    )
    .await;
    let two = [set(&[
        ("1_a.sql", "CREATE TABLE a (id int)"),
        ("2_b.sql", "INSERT INTO a VALUES (1)"),
    ])];
    let ended = run(&options.clone().username(&role), &two).await;
    crate::support::execute(&options, &format!("DROP OWNED BY {role}; DROP ROLE {role}")).await;
    assert_eq!(ended.unwrap().applied.len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_migration_is_timed_from_the_end_of_the_one_before() {
    let database = database().await;
    let files = [
        ("1_a.sql", "CREATE TABLE a (id int)"),
        ("2_b.sql", "SELECT pg_sleep(0.4)"),
        ("3_c.sql", "CREATE TABLE c (id int)"),
        ("4_d.sql", "CREATE TABLE d (id int)"),
        ("5_e.sql", "SET search_path = nowhere; SELECT pg_sleep(0.4)"),
        ("6_f.sql", "CREATE TABLE f (id int)"),
        ("7_g.sql", "VACUUM a; SELECT pg_sleep(0.4); VACUUM a"),
    ];
    let report = run(&database.options(), &[set(&files)]).await.unwrap();
    let slow: Vec<_> = report
        .applied
        .iter()
        .filter(|one| one.duration.as_millis() >= 400)
        .map(|one| one.file.as_str())
        .collect();
    assert_eq!(slow, ["2_b.sql", "5_e.sql", "7_g.sql"]);
    let recorded = "SELECT filename FROM schema_migrations WHERE duration >= interval '400 ms' ORDER BY id";
    assert_eq!(
        ask(&database.options(), recorded).await,
        ["2_b.sql", "5_e.sql", "7_g.sql"]
    );
    let age = "SELECT (now() - applied_at < interval '1 minute')::text FROM schema_migrations WHERE filename = '6_f.sql'";
    assert_eq!(ask(&database.options(), age).await, ["true"]);
    let at = &report.applied[5].applied_at;
    let same = format!(
        "SELECT (abs(extract(epoch FROM applied_at - '{at}'::timestamptz)) < 0.002)::text FROM schema_migrations WHERE filename = '6_f.sql'"
    );
    assert_eq!(ask(&database.options(), &same).await, ["true"], "{at}");
}
