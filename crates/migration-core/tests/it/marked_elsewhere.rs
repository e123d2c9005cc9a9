//! A database is protected by the mark of any ledger in it, whichever one a run works with.

use migration_core::{
    Config, Environment, Error, LedgerTable, Problem, Protection, Runner, Target, apply, interrupted,
    mark_applied, overview, protected_environment, rollback,
};
use sqlx::postgres::PgConnectOptions;

use crate::support::{ask, database, execute, run, set};

const ONE: [(&str, &str); 2] = [
    ("1_a.up.sql", "CREATE TABLE IF NOT EXISTS a (id int)"),
    ("1_a.down.sql", "DROP TABLE IF EXISTS a"),
];

fn production(schema: &str, table: &str) -> Config {
    Config {
        environment: Environment {
            name: "production".into(),
            protection: Protection::Protected,
        },
        ledger: LedgerTable {
            schema: schema.into(),
            table: table.into(),
        },
        ..Config::default()
    }
}

fn is_refused<T: std::fmt::Debug>(ended: Result<T, Error>, context: &str) {
    let Err(Error::Unfit { problems }) = ended else {
        panic!("{context}: {ended:?}")
    };
    let expected = Problem::OtherEnvironment {
        recorded: "production".into(),
        given: "development".into(),
    };
    assert_eq!(problems, [expected], "{context}");
}

/// Everything that an open run may do with the ledger of [`Config::default`].
async fn all_is_refused(options: &PgConnectOptions, context: &str) {
    let (config, tell) = (Config::default(), &mut |_| {});
    let sets = [set(&ONE)];
    is_refused(run(options, &sets).await, context);
    is_refused(
        mark_applied(options, &sets, "1_a.up.sql", &config, tell).await,
        context,
    );
    is_refused(interrupted(options, &sets, &config).await, context);
    let problems = overview(options, &sets, &config).await.unwrap().problems;
    assert_eq!(problems.len(), 1, "{context}");
    let recorded = protected_environment(options, &config).await.unwrap();
    assert_eq!(recorded.as_deref(), Some("production"), "{context}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_mark_of_another_ledger_counts() {
    for (schema, table) in [
        ("db_fresh", "schema_migrations"),
        ("public", "led2"),
        ("Op's \"1\"", "the %I ledger"),
    ] {
        let database = database().await;
        let options = database.options();
        let other = production(schema, table);
        apply(&options, &[set(&ONE)], &other, &mut |_| {}).await.unwrap();
        all_is_refused(&options, table).await;
        let is_missing = "SELECT (to_regclass('schema_migrations') IS NULL)::text";
        assert_eq!(ask(&options, is_missing).await, ["true"], "{table}");
        let mine = Config {
            ledger: LedgerTable::default(),
            ..other
        };
        apply(&options, &[set(&ONE)], &mine, &mut |_| {}).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_counts_where_only_the_audit_has_it_and_there_is_nothing_to_do() {
    let database = database().await;
    let options = database.options();
    let sets = [set(&ONE)];
    run(&options, &sets).await.unwrap();
    let none = [set(&[("2_b.sql", "-- db-fresh: only dev\nSELECT 1")])];
    let other = production("ops", "ledger");
    apply(&options, &none, &other, &mut |_| {}).await.unwrap();
    assert_eq!(ask(&options, "SELECT filename FROM ops.ledger").await, [""; 0]);
    let config = Config::default();
    is_refused(run(&options, &sets).await, "apply");
    let undone = rollback(&options, &sets, &Target::Last(1), &config, &mut |_| {}).await;
    is_refused(undone, "roll back");
    let mut runner = Runner::connect(&options, &config).await.unwrap();
    assert!(runner.up_to_date(&sets, &config).await.unwrap().is_none());
    let problems = runner.overview(&sets, &config).await.unwrap().problems;
    assert_eq!(problems.len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_open_or_cannot_be_read_or_is_no_ledger_is_no_obstacle() {
    let database = database().await;
    let options = database.options();
    let open = Config {
        ledger: production("ops", "open").ledger,
        ..Config::default()
    };
    apply(&options, &[set(&ONE)], &open, &mut |_| {}).await.unwrap();
    let other = production("closed", "ledger");
    let role = format!("reader_{}", std::process::id());
    // `ledger_layout_1` on a table of the application, and one of the usual name with other columns.
    execute(
        &options,
        &format!(
            "CREATE TABLE mine (environment text, CONSTRAINT ledger_layout_1 CHECK (true)); INSERT INTO mine VALUES ('!x');
             CREATE SCHEMA db_fresh; CREATE TABLE db_fresh.schema_migrations (environment text);
             INSERT INTO db_fresh.schema_migrations VALUES ('!x');
             CREATE ROLE {role} LOGIN; GRANT CREATE ON SCHEMA public TO {role}"
        ),
    )
    .await;
    run(&options, &[set(&ONE)]).await.unwrap();
    execute(
        &options,
        "DROP TABLE a, schema_migrations, schema_migrations_progress, schema_migrations_audit",
    )
    .await;
    apply(&options, &[set(&ONE)], &other, &mut |_| {}).await.unwrap();
    execute(&options, "DROP TABLE a").await;
    let ended = run(&options.clone().username(&role), &[set(&ONE)]).await;
    execute(&options, &format!("DROP OWNED BY {role}; DROP ROLE {role}")).await;
    ended.unwrap();
}
