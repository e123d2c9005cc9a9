//! Rolling back on a database that others use: the same as applying.

use std::time::Duration;

use diagnostic::Explain;
use migration_core::{Config, Migrations, Progress, Target, rollback};
use sqlx::{Connection, Executor, PgConnection, postgres::PgConnectOptions};

use crate::support::{ask, database, run, set};

/// A down script in one transaction, and one in steps.
const DOWN: [&str; 2] = [
    "INSERT INTO log VALUES ('down'); ALTER TABLE a DROP x",
    "-- db-fresh: no-transaction\nINSERT INTO log VALUES ('down');\nALTER TABLE a DROP x;",
];

fn sets(down: &str) -> [Migrations; 1] {
    [set(&[
        ("1_a.sql", "CREATE TABLE a (id int); CREATE TABLE log (what text)"),
        ("2_x.up.sql", "ALTER TABLE a ADD x int"),
        ("2_x.down.sql", down),
    ])]
}

fn config(retry_for: Duration) -> Config {
    Config {
        lock_timeout: Duration::from_millis(700),
        retry_for,
        ..Config::default()
    }
}

/// A session that keeps the table locked.
async fn holder(options: &PgConnectOptions) -> PgConnection {
    let options = options.clone().application_name("a long report");
    let mut other = PgConnection::connect_with(&options).await.unwrap();
    other
        .execute("BEGIN; LOCK TABLE a IN ACCESS SHARE MODE")
        .await
        .unwrap();
    other
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_down_script_that_meets_a_lock_steps_back_and_tries_again() {
    for down in DOWN {
        let database = database().await;
        let options = database.options();
        let sets = sets(down);
        run(&options, &sets).await.unwrap();
        let mut other = holder(&options).await;
        let (freed, mut free) = tokio::sync::oneshot::channel();
        let mut freed = Some(freed);
        let mut seen = Vec::new();
        let mut listen = |progress: Progress| match progress {
            Progress::Retrying { file, sqlstate, .. } => {
                seen.push(format!("{file} {sqlstate}"));
                let _ = freed.take().map(|freed| freed.send(()));
            }
            Progress::Blocked { file, by } => seen.push(format!("{file} blocked by {}", by[0].application)),
            _ => {}
        };
        let (target, config) = (Target::Last(1), config(Duration::from_secs(20)));
        let report = {
            let rollback = rollback(&options, &sets, &target, &config, &mut listen);
            tokio::pin!(rollback);
            tokio::select! {
                ended = &mut rollback => ended,
                _ = &mut free => {
                    other.execute("COMMIT").await.unwrap();
                    rollback.await
                }
            }
        };
        assert_eq!(report.unwrap().undone.len(), 1, "{down}");
        assert!(
            seen.iter().any(|line| line == "2_x.up.sql 55P03"),
            "{down}: {seen:?}"
        );
        assert!(
            seen.iter()
                .any(|line| line == "2_x.up.sql blocked by a long report"),
            "{down}: {seen:?}"
        );
        let log = ask(&options, "SELECT count(*)::text FROM log").await;
        assert_eq!(log, ["1"], "{down}: what ran before the lock was met ran once");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lock_that_never_goes_away_ends_the_rollback_and_names_its_holder() {
    for down in DOWN {
        let database = database().await;
        let options = database.options();
        let sets = sets(down);
        run(&options, &sets).await.unwrap();
        let _other = holder(&options).await;
        let (target, config) = (Target::Last(1), config(Duration::ZERO));
        let error = rollback(&options, &sets, &target, &config, &mut |_| {})
            .await
            .unwrap_err();
        let facts = error.facts();
        let has = |label: &str, part: &str| {
            facts
                .iter()
                .any(|fact| fact.label == label && fact.value.contains(part))
        };
        assert!(has("SQLSTATE", "55P03"), "{down}: {facts:?}");
        assert!(has("blocked by", "a long report"), "{down}: {facts:?}");
        assert!(has("undone before", "0"), "{down}: {facts:?}");
        assert!(!has("applied before", ""), "{down}: {facts:?}");
        assert!(
            error.hints()[0].contains("less busy"),
            "{down}: {:?}",
            error.hints()
        );
    }
}
