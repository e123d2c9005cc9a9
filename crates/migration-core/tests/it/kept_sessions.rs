//! A session that goes on from file to file, as many tools have it.

use migration_core::{Config, Error, Sessions, Target, apply, rollback};

use crate::support::{ask, database, set};

/// What a file does to the session, and what a file after it finds.
const LEAVES: [(&str, &str, &str); 16] = [
    ("SET search_path = seen, public", "current_schema()", "seen"),
    ("SET ROLE pg_monitor", "current_user", "pg_monitor"),
    (
        "SET SESSION AUTHORIZATION pg_monitor",
        "session_user",
        "pg_monitor",
    ),
    (
        "SET SESSION AUTHORIZATION pg_monitor; SET ROLE pg_read_all_stats",
        "current_user",
        "pg_read_all_stats",
    ),
    ("SET app.x = 'left'", "current_setting('app.x')", "left"),
    (
        "SET default_transaction_isolation = serializable",
        "current_setting('transaction_isolation')",
        "serializable",
    ),
    (
        "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL SERIALIZABLE, DEFERRABLE",
        "current_setting('transaction_deferrable')",
        "on",
    ),
    (
        "SET synchronous_commit = local",
        "current_setting('synchronous_commit')",
        "local",
    ),
    (
        "SET statement_timeout = '1h'",
        "current_setting('statement_timeout')",
        "1h",
    ),
    (
        "SET TIME ZONE 'Asia/Tokyo'",
        "current_setting('TimeZone')",
        "Asia/Tokyo",
    ),
    (
        "CREATE TEMP TABLE t AS SELECT 'temporary' AS x",
        "(SELECT x FROM t)",
        "temporary",
    ),
    (
        "CREATE SEQUENCE s START 5; SELECT nextval('s'); GRANT ALL ON s TO PUBLIC",
        "currval('s')",
        "5",
    ),
    ("LISTEN news", "(SELECT * FROM pg_listening_channels())", "news"),
    (
        "SELECT pg_advisory_lock(7)",
        "(SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = 7)",
        "1",
    ),
    (
        "PREPARE p AS SELECT 1",
        "(SELECT name FROM pg_prepared_statements)",
        "p",
    ),
    (
        "-- db-fresh: no-transaction\nSET app.x = 'left';\nSET ROLE pg_monitor;\nVACUUM",
        "current_setting('app.x') || current_user",
        "leftpg_monitor",
    ),
];

/// A tool's session: what the first file did is there for the second.
async fn kept(files: &[(&str, &str)], batch: usize) -> Result<Vec<String>, Error> {
    let database = database().await;
    let options = database.options();
    let config = Config {
        sessions: Sessions::Kept,
        batch,
        ..Config::default()
    };
    apply(&options, &[set(files)], &config, &mut |_| {}).await?;
    Ok(ask(&options, "SELECT * FROM seen.seen").await)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kept_session_goes_on_from_file_to_file() {
    for (leaves, value, expected) in LEAVES {
        let third = format!("INSERT INTO seen.seen SELECT {value}");
        let files = [
            (
                "1_a.sql",
                "CREATE SCHEMA seen; CREATE TABLE seen.seen (x text); GRANT ALL ON SCHEMA seen TO PUBLIC; GRANT ALL ON seen.seen TO PUBLIC",
            ),
            ("2_b.sql", leaves),
            ("3_c.sql", "CREATE TYPE seen.plain AS ENUM ()"),
            ("4_d.sql", &third),
            (
                "5_e.sql",
                "-- db-fresh: no-transaction\nINSERT INTO seen.seen SELECT x FROM seen.seen",
            ),
            ("6_f.sql", &third),
        ];
        for batch in [1, 3, 100] {
            let seen = kept(&files, batch).await;
            assert_eq!(seen.unwrap(), [expected; 3], "{leaves}, {batch} at once");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn down_scripts_keep_the_session_too() {
    let database = database().await;
    let options = database.options();
    let config = Config {
        sessions: Sessions::Kept,
        ..Config::default()
    };
    let files = [
        (
            "1_a.up.sql",
            "CREATE SCHEMA app; CREATE TABLE app.a (x text); GRANT ALL ON SCHEMA app TO pg_monitor; ALTER TABLE app.a OWNER TO pg_monitor",
        ),
        ("1_a.down.sql", "INSERT INTO a VALUES (current_user)"),
        ("2_b.up.sql", "SELECT 1"),
        ("2_b.down.sql", "SET search_path = app; SET ROLE pg_monitor"),
    ];
    let sets = [set(&files)];
    apply(&options, &sets, &config, &mut |_| {}).await.unwrap();
    rollback(&options, &sets, &Target::Last(2), &config, &mut |_| {})
        .await
        .unwrap();
    assert_eq!(ask(&options, "SELECT * FROM app.a").await, ["pg_monitor"]);
}
