//! A run with nothing to do finds that out from one digest, and takes a closer look at everything else.

use migration_core::{
    ApplyReport, Config, Environment, Error, Migrations, Problem, Protection, Runner, State, Unknown,
};
use sqlx::postgres::PgConnectOptions;

use crate::support::{database, execute, named_set, run, set};

const TWO: [(&str, &str); 2] = [
    ("1_a.sql", "CREATE TABLE a (id int)"),
    ("2_b.sql", "CREATE TABLE b (id int)"),
];

async fn asked(options: &PgConnectOptions, sets: &[Migrations], config: &Config) -> Option<ApplyReport> {
    let mut runner = Runner::connect(options, config).await.unwrap();
    let report = runner.up_to_date(sets, config).await.unwrap();
    runner.close().await;
    report
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_with_exactly_what_the_folders_have_is_up_to_date() {
    let database = database().await;
    let options = database.options();
    let config = Config::default();
    assert!(
        asked(&options, &[set(&TWO)], &config).await.is_none(),
        "no ledger"
    );
    run(
        &options,
        &[set(&TWO), named_set("other", &[("1_ü.sql", "SELECT 1")])],
    )
    .await
    .unwrap();
    let report = asked(&options, &[set(&TWO)], &config).await.unwrap();
    assert_eq!((report.total, report.already), (2, 2));
    let both = [named_set("other", &[("1_ü.sql", "SELECT 1")]), set(&TWO)];
    assert_eq!(asked(&options, &both, &config).await.unwrap().already, 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_differs_takes_a_closer_look() {
    let database = database().await;
    let options = database.options();
    let config = Config::default();
    run(&options, &[set(&TWO)]).await.unwrap();
    let edited = [TWO[0], ("2_b.sql", "CREATE TABLE b (id bigint)")];
    let comment = [TWO[0], ("2_b.sql", "CREATE TABLE b (id int) -- x")];
    let more = [TWO[0], TWO[1], ("3_c.sql", "SELECT 1")];
    let others: [&[_]; 4] = [&edited, &comment, &more, &TWO[..1]];
    for files in others {
        assert!(
            asked(&options, &[set(files)], &config).await.is_none(),
            "{files:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_protected_database_is_not_passed_over_under_another_name() {
    let database = database().await;
    let options = database.options();
    let protected = Config {
        environment: Environment {
            name: "production".into(),
            protection: Protection::Protected,
        },
        ..Config::default()
    };
    let runner = Runner::connect(&options, &protected).await.unwrap();
    runner.apply(&[set(&TWO)], &protected, &mut |_| {}).await.unwrap();
    assert!(asked(&options, &[set(&TWO)], &protected).await.is_some());
    assert!(asked(&options, &[set(&TWO)], &Config::default()).await.is_none());
    let Err(Error::Unfit { problems }) = run(&options, &[set(&TWO)]).await else {
        panic!("it ran");
    };
    assert!(
        matches!(problems[..], [Problem::OtherEnvironment { .. }]),
        "{problems:?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_may_not_run_here_is_not_waited_for() {
    let database = database().await;
    let options = database.options();
    let staging = Config {
        environment: Environment {
            name: "staging".into(),
            ..Environment::default()
        },
        ..Config::default()
    };
    let files = [TWO[0], ("2_dev.sql", "-- DEV/TEST ONLY\nCREATE TABLE b (id int)")];
    let runner = Runner::connect(&options, &staging).await.unwrap();
    runner.apply(&[set(&files)], &staging, &mut |_| {}).await.unwrap();
    let report = asked(&options, &[set(&files)], &staging).await.unwrap();
    assert_eq!((report.total, report.already, report.skipped.len()), (2, 1, 1));
    assert!(
        asked(&options, &[set(&files)], &Config::default())
            .await
            .is_none()
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn steps_that_are_left_are_seen() {
    let database = database().await;
    let options = database.options();
    let files = [TWO[0], ("2_i.sql", "CREATE INDEX CONCURRENTLY ON a (id)")];
    run(&options, &[set(&files)]).await.unwrap();
    // A down script that was interrupted leaves the row of its migration where it is.
    execute(
        &options,
        "INSERT INTO schema_migrations_progress (component, filename, direction, checksum, steps_total, steps_done, started_by)
         VALUES ('app', '2_i.sql', 'down', '', 2, 1, '')",
    )
    .await;
    assert!(
        asked(&options, &[set(&files)], &Config::default())
            .await
            .is_none()
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_overview_and_a_run_share_one_connection() {
    let database = database().await;
    let options = database.options();
    let config = Config {
        unknown: Unknown::Allow,
        ..Config::default()
    };
    run(&options, &[set(&TWO[..1])]).await.unwrap();
    let mut runner = Runner::connect(&options, &config).await.unwrap();
    let sets = [set(&TWO)];
    assert!(runner.up_to_date(&sets, &config).await.unwrap().is_none());
    let overview = runner.overview(&sets, &config).await.unwrap();
    let states: Vec<_> = overview.items.iter().map(|item| &item.state).collect();
    assert!(
        matches!(states[..], [State::Applied { .. }, State::Pending]),
        "{states:?}"
    );
    let report = runner.apply(&sets, &config, &mut |_| {}).await.unwrap();
    assert_eq!((report.applied.len(), report.already), (1, 1));
}
