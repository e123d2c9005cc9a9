//! The ledger's tables are there before the first migration, which may restrict what can be made after it.

use migration_core::{Config, Error, Migrations, Target, rollback};
use sqlx::postgres::PgConnectOptions;

use crate::support::{ask, database, execute, run, set};

/// Refuses every new table whose name begins as those of the ledger do.
const RESTRICTION: &str = "
    CREATE FUNCTION no_ledger() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN
        IF EXISTS (SELECT FROM pg_event_trigger_ddl_commands() WHERE object_identity LIKE '%schema_migrations%') THEN
            RAISE EXCEPTION 'no such tables here';
        END IF;
    END $$;
    CREATE EVENT TRIGGER no_ledger ON ddl_command_end WHEN TAG IN ('CREATE TABLE') EXECUTE FUNCTION no_ledger();";

/// A table and its index, which runs in steps, with the way back.
const TABLE_AND_INDEX: [(&str, &str); 4] = [
    ("2_b.up.sql", "CREATE TABLE b (id int)"),
    ("2_b.down.sql", "DROP TABLE b"),
    ("3_c.up.sql", "CREATE INDEX CONCURRENTLY b_id ON b (id)"),
    ("3_c.down.sql", "DROP INDEX CONCURRENTLY b_id"),
];

fn restricted(more: &[(&str, &str)]) -> [Migrations; 1] {
    let first = [
        ("1_a.up.sql", RESTRICTION),
        (
            "1_a.down.sql",
            "DROP EVENT TRIGGER no_ledger; DROP FUNCTION no_ledger",
        ),
    ];
    [set(&[&first, more].concat())]
}

async fn tables(options: &PgConnectOptions) -> Vec<String> {
    let question = "SELECT relname::text FROM pg_class WHERE relkind = 'r' AND relname LIKE 'schema_migrations%' ORDER BY 1";
    ask(options, question).await
}

async fn undo(options: &PgConnectOptions, sets: &[Migrations], count: usize) -> Result<usize, Error> {
    let target = Target::Last(count);
    let undone = rollback(options, sets, &target, &Config::default(), &mut |_| {}).await;
    undone.map(|report| report.undone.len())
}

/// A ledger as earlier versions left it: without the tables that they never needed.
async fn of_earlier_version(options: &PgConnectOptions) {
    execute(
        options,
        "DROP TABLE schema_migrations_progress, schema_migrations_audit",
    )
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_tables_are_made_before_the_first_migration() {
    let database = database().await;
    let options = database.options();
    run(&options, &[set(&[("1_a.sql", "CREATE TABLE a (id int)")])])
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
async fn a_migration_may_restrict_what_is_made_after_it() {
    let database = database().await;
    let options = database.options();
    let all = restricted(&TABLE_AND_INDEX);
    assert_eq!(run(&options, &restricted(&[])).await.unwrap().applied.len(), 1);
    assert_eq!(run(&options, &all).await.unwrap().applied.len(), 2);
    assert_eq!(undo(&options, &all, 3).await.unwrap(), 3);
    assert_eq!(run(&options, &all).await.unwrap().applied.len(), 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_role_may_lose_its_rights_with_the_first_migration() {
    let database = database().await;
    let options = database.options();
    let role = format!("loser_{}", std::process::id());
    execute(
        &options,
        &format!("CREATE ROLE {role} SUPERUSER LOGIN; CREATE SCHEMA app AUTHORIZATION {role}"),
    )
    .await;
    let revoke = format!("REVOKE CREATE ON SCHEMA public FROM {role}, public");
    let sets = [set(&[
        ("1_a.sql", &revoke),
        ("2_b.sql", "CREATE TABLE app.b (id int)"),
        ("3_c.sql", "CREATE INDEX CONCURRENTLY b_id ON app.b (id)"),
    ])];
    let first = run(&options.clone().username(&role), &[set(&[("1_a.sql", &revoke)])]).await;
    execute(&options, &format!("ALTER ROLE {role} NOSUPERUSER")).await;
    let ended = run(&options.clone().username(&role), &sets).await;
    execute(&options, &format!("DROP OWNED BY {role}; DROP ROLE {role}")).await;
    first.unwrap();
    assert_eq!(ended.unwrap().applied.len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_ledger_of_an_earlier_version_lacks_is_made_with_the_next_migration() {
    let database = database().await;
    let options = database.options();
    run(&options, &[set(&[("1_a.sql", "CREATE TABLE a (id int)")])])
        .await
        .unwrap();
    of_earlier_version(&options).await;
    let two = [
        ("1_a.sql", "CREATE TABLE a (id int)"),
        ("2_b.sql", "CREATE TABLE b (id int)"),
    ];
    assert_eq!(run(&options, &[set(&two)]).await.unwrap().applied.len(), 1);
    assert_eq!(tables(&options).await.len(), 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_does_without_tables_that_it_does_not_need_and_cannot_make() {
    let database = database().await;
    let options = database.options();
    run(&options, &restricted(&[])).await.unwrap();
    of_earlier_version(&options).await;
    let plain = restricted(&TABLE_AND_INDEX[..2]);
    assert_eq!(run(&options, &plain).await.unwrap().applied.len(), 1);
    let refused = run(
        &options,
        &restricted(&[&TABLE_AND_INDEX[..], &[("4_d.sql", "CREATE TABLE d (id int)")]].concat()),
    )
    .await
    .unwrap_err();
    assert_eq!(refused.to_string(), "cannot make the ledger");
    let first = restricted(&[
        TABLE_AND_INDEX[0],
        TABLE_AND_INDEX[1],
        ("3_a.sql", "CREATE TABLE early (id int)"),
        ("4_b.sql", "CREATE INDEX CONCURRENTLY early_id ON early (id)"),
    ]);
    let refused = run(&options, &first).await.unwrap_err();
    assert_eq!(refused.to_string(), "cannot make the ledger");
    let is_missing = "SELECT (to_regclass('early') IS NULL)::text";
    assert_eq!(ask(&options, is_missing).await, ["true"], "nothing ran");
    let undone = undo(&options, &plain, 1).await.unwrap_err();
    assert_eq!(undone.to_string(), "cannot make the ledger");
    let production = Config {
        environment: migration_core::Environment {
            name: "production".into(),
            protection: migration_core::Protection::Protected,
        },
        ..Config::default()
    };
    let more = restricted(
        &[
            &TABLE_AND_INDEX[..2],
            &[("3_a.sql", "CREATE TABLE early (id int)")],
        ]
        .concat(),
    );
    let applied = migration_core::apply(&options, &more, &production, &mut |_| {}).await;
    assert_eq!(applied.unwrap().applied.len(), 1);
    let marked = "SELECT environment FROM schema_migrations ORDER BY id DESC LIMIT 1";
    assert_eq!(ask(&options, marked).await, ["!production"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_role_that_may_make_nothing_needs_only_the_tables_that_are_there() {
    let database = database().await;
    let options = database.options();
    run(&options, &[set(&[("1_a.sql", "CREATE TABLE a (id int)")])])
        .await
        .unwrap();
    of_earlier_version(&options).await;
    let role = format!("worker_{}", std::process::id());
    execute(
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
    execute(&options, &format!("DROP OWNED BY {role}; DROP ROLE {role}")).await;
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
