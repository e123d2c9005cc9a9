//! What is refused before anything is written.

use diagnostic::Explain;
use migration_core::{ApplyReport, Config, Error, Migrations, Unknown, apply};
use sqlx::postgres::PgConnectOptions;

use crate::support::{ask, database, execute, run, set};

fn codes(error: &Error) -> Vec<&'static str> {
    error
        .diagnostics()
        .iter()
        .map(|diagnostic| diagnostic.code)
        .collect()
}

#[tokio::test]
async fn edited_missing_and_late_are_told_together() {
    let database = database().await;
    let options = database.options();
    run(
        &options,
        &[set(&[
            ("1_a.sql", "SELECT 1"),
            ("2_b.sql", "SELECT 2"),
            ("4_d.sql", "SELECT 4"),
        ])],
    )
    .await
    .unwrap();
    let changed = [set(&[
        ("1_a.sql", "SELECT 11"),
        ("3_c.sql", "CREATE TABLE c (id int)"),
        ("4_d.sql", "SELECT 4"),
    ])];
    let error = run(&options, &changed).await.unwrap_err();
    assert_eq!(
        codes(&error),
        ["migration/edited", "migration/late", "migration/missing"]
    );
    assert_eq!(ask(&options, "SELECT to_regclass('c')::text").await, [""]);
}

#[tokio::test]
async fn a_database_ahead_of_the_folder_is_refused_or_left_alone_as_the_caller_says() {
    let database = database().await;
    let options = database.options();
    run(
        &options,
        &[set(&[("1_a.sql", "SELECT 1"), ("2_b.sql", "SELECT 2")])],
    )
    .await
    .unwrap();
    let older = [set(&[("1_a.sql", "SELECT 1")])];
    let error = run(&options, &older).await.unwrap_err();
    assert_eq!(codes(&error), ["migration/missing"]);
    assert!(error.diagnostics()[0].why.as_deref().unwrap().contains("ahead"));
    for unknown in [Unknown::AllowNewer, Unknown::Allow] {
        assert_eq!(with(&options, &older, unknown).await.unwrap().already, 1);
    }
}

#[tokio::test]
async fn allowing_what_is_newer_still_refuses_what_is_missing_in_the_middle() {
    let database = database().await;
    let options = database.options();
    let files = [
        ("1_a.sql", "SELECT 1"),
        ("2_b.sql", "SELECT 2"),
        ("3_c.sql", "SELECT 3"),
    ];
    run(&options, &[set(&files)]).await.unwrap();
    let without = [set(&[files[0], files[2]])];
    let error = with(&options, &without, Unknown::AllowNewer).await.unwrap_err();
    assert_eq!(codes(&error), ["migration/missing"]);
    assert!(with(&options, &without, Unknown::Allow).await.is_ok());
}

async fn with(
    options: &PgConnectOptions,
    sets: &[Migrations],
    unknown: Unknown,
) -> Result<ApplyReport, Error> {
    let config = Config {
        unknown,
        ..Config::default()
    };
    apply(options, sets, &config, &mut |_| {}).await
}

#[tokio::test]
async fn a_half_applied_file_that_changed_is_for_a_person() {
    let database = database().await;
    let options = database.options();
    let half = "CREATE TABLE a (id int);\nCREATE INDEX CONCURRENTLY ON nobody (id);";
    run(&options, &[set(&[("1_a.sql", half)])]).await.unwrap_err();
    let error = run(
        &options,
        &[set(&[("1_a.sql", "CREATE TABLE a (id bigint);\nVACUUM;")])],
    )
    .await
    .unwrap_err();
    assert_eq!(codes(&error), ["migration/half-applied"]);
    assert!(
        error.to_string().contains("after 1 of its steps had run"),
        "{error}"
    );
}

#[tokio::test]
async fn a_missing_relation_is_traced_to_the_later_file_that_makes_it() {
    let database = database().await;
    let options = database.options();
    let sets = [set(&[
        ("1_a.sql", "ALTER TABLE app.users\n  ADD COLUMN x int"),
        (
            "2_b.sql",
            "CREATE SCHEMA app;\nCREATE TABLE IF NOT EXISTS app.users (id int)",
        ),
    ])];
    let error = run(&options, &sets).await.unwrap_err();
    assert_eq!(codes(&error), ["migration/sql"]);
    // A schema is what lacks first.
    let hints = error.hints().join(" ");
    assert!(hints.contains("2_b.sql"), "{hints}");
}

#[tokio::test]
async fn a_role_without_the_right_is_told_which() {
    let database = database().await;
    let options = database.options();
    let role = format!("reader_{}", std::process::id());
    execute(&options, &format!("CREATE ROLE {role} LOGIN")).await;
    let error = run(
        &options.clone().username(&role),
        &[set(&[("1_a.sql", "SELECT 1")])],
    )
    .await
    .unwrap_err();
    assert_eq!(codes(&error), ["migration/server"]);
    assert!(
        error.facts().iter().any(|fact| fact.value == "42501"),
        "{error:?}"
    );
    assert!(error.hints()[0].contains("GRANT"), "{error:?}");
    execute(&options, &format!("DROP ROLE {role}")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_text_that_the_server_does_not_understand_is_told_with_its_own_file_and_those_before_it_are_applied()
 {
    let database = database().await;
    let files = [
        ("1_a.sql", "CREATE TABLE a (id int)"),
        ("2_b.sql", "CREATE TABLE b (id int)"),
        ("3_c.sql", "CREATE TABLE c (id int);\nSELEKT 1"),
        ("4_d.sql", "CREATE TABLE d (id int)"),
    ];
    let Err(Error::Sql(failure)) = run(&database.options(), &[set(&files)]).await else {
        panic!("it is no SQL");
    };
    assert_eq!(
        (failure.file.as_str(), failure.aftermath.finished_before),
        ("3_c.sql", 2)
    );
    assert_eq!(
        (failure.sqlstate.as_str(), failure.place.line),
        ("42601", Some(2))
    );
    let applied = "SELECT filename FROM schema_migrations ORDER BY id";
    assert_eq!(ask(&database.options(), applied).await, ["1_a.sql", "2_b.sql"]);
}
