//! Taking over while the other tool, or another runner, is at work.

use std::time::Duration;

use migration_core::{Config, Error, Progress, Tool, adopt, adopt_plan};
use sqlx::{Connection, Executor, PgConnection};

use crate::{
    adopting::{codes, config},
    foreign::{Fixture, SCHEMA},
    support::{ask, database, execute},
};

#[tokio::test]
async fn of_two_that_take_over_at_once_one_does_and_the_other_is_told() {
    let database = database().await;
    let options = database.options();
    let fixture = Fixture::of(Tool::Sqlx);
    execute(&options, &format!("{SCHEMA}; {}", fixture.ledger)).await;
    let (set, source, config) = (fixture.set(), fixture.source(), config());
    let plan = adopt_plan(&options, &set, &source, &config).await.unwrap();
    let (mut first, mut second) = (|_| {}, |_| {});
    let (one, other) = tokio::join!(
        adopt(&options, &set, &source, &plan, &config, &mut first),
        adopt(&options, &set, &source, &plan, &config, &mut second)
    );
    let refused = one.and(other).unwrap_err();
    assert_eq!(codes(&refused), ["adopt/already"]);
    let rows = "SELECT filename FROM db_fresh.schema_migrations ORDER BY id";
    assert_eq!(ask(&options, rows).await, ["1_one.sql", "2_two_more.sql"]);
}

#[tokio::test]
async fn a_tool_at_work_is_waited_for_and_a_ledger_that_changed_is_refused() {
    let database = database().await;
    let options = database.options();
    let fixture = Fixture::of(Tool::Goose);
    execute(&options, &format!("{SCHEMA}; {}", fixture.ledger)).await;
    let (set, source) = (fixture.set(), fixture.source());
    let plan = adopt_plan(&options, &set, &source, &config()).await.unwrap();
    let mut goose = PgConnection::connect_with(&options).await.unwrap();
    goose
        .execute("SELECT pg_advisory_lock(4097083626)")
        .await
        .unwrap();
    let impatient = Config {
        lock_wait: Duration::from_millis(50),
        ..config()
    };
    let error = adopt(&options, &set, &source, &plan, &impatient, &mut |_| {})
        .await
        .unwrap_err();
    assert!(matches!(&error, Error::Locked { holder: Some(_), .. }), "{error}");
    goose
        .execute("INSERT INTO goose_db_version (version_id, is_applied) VALUES (3, true); SELECT pg_advisory_unlock(4097083626)")
        .await
        .unwrap();
    let error = adopt(&options, &set, &source, &plan, &config(), &mut |_| {})
        .await
        .unwrap_err();
    assert_eq!(codes(&error), ["adopt/changed"]);
    assert_eq!(
        ask(&options, "SELECT to_regclass('db_fresh.schema_migrations')::text").await,
        [""]
    );
}

#[tokio::test]
async fn each_key_that_a_tool_may_hold_is_waited_for() {
    let database = database().await;
    let options = database.options();
    let fixture = Fixture::of(Tool::GolangMigrate);
    execute(&options, &format!("{SCHEMA}; {}", fixture.ledger)).await;
    let (set, source) = (fixture.set(), fixture.source());
    let plan = adopt_plan(&options, &set, &source, &config()).await.unwrap();
    assert_eq!(plan.locks.len(), 2, "from an address, and from a connection");
    let impatient = Config {
        lock_wait: Duration::from_millis(50),
        ..config()
    };
    let mut migrate = PgConnection::connect_with(&options).await.unwrap();
    for key in &plan.locks {
        let lock = format!("SELECT pg_advisory_lock({key})");
        migrate.execute(sqlx::AssertSqlSafe(lock)).await.unwrap();
        let error = adopt(&options, &set, &source, &plan, &impatient, &mut |_| {})
            .await
            .unwrap_err();
        assert!(matches!(&error, Error::Locked { holder: Some(_), .. }), "{error}");
        migrate.execute("SELECT pg_advisory_unlock_all()").await.unwrap();
    }
    adopt(&options, &set, &source, &plan, &impatient, &mut |_| {})
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_table_that_a_session_holds_is_tried_again_and_the_session_named() {
    let database = database().await;
    let options = database.options();
    let fixture = Fixture::of(Tool::Sqlx);
    execute(&options, &format!("{SCHEMA}; {}", fixture.ledger)).await;
    let (set, source) = (fixture.set(), fixture.source());
    let plan = adopt_plan(&options, &set, &source, &config()).await.unwrap();
    let mut other = PgConnection::connect_with(&options.clone().application_name("an open console"))
        .await
        .unwrap();
    let hold = "BEGIN; LOCK TABLE _sqlx_migrations IN ROW EXCLUSIVE MODE";
    other.execute(hold).await.unwrap();
    let config = Config {
        lock_timeout: Duration::from_millis(100),
        retry_for: Duration::ZERO,
        ..config()
    };
    let error = adopt(&options, &set, &source, &plan, &config, &mut |_| {})
        .await
        .unwrap_err();
    let Error::Server { blockers, .. } = &error else {
        panic!("{error:?}")
    };
    assert_eq!(blockers[0].application, "an open console");

    let patient = Config {
        retry_for: Duration::from_secs(20),
        ..config
    };
    let (told, mut hear) = tokio::sync::oneshot::channel();
    let mut told = Some(told);
    let mut listen = |progress: Progress| {
        if let Progress::Retrying { .. } = progress {
            let _ = told.take().map(|told| told.send(()));
        }
    };
    let release = async {
        (&mut hear).await.unwrap();
        other.execute("COMMIT").await.unwrap();
    };
    let (ended, ()) = tokio::join!(
        adopt(&options, &set, &source, &plan, &patient, &mut listen),
        release
    );
    ended.unwrap();
}
