//! Equal schemas with different histories: none is called different.

use schema_contract::{Scope, Snapshot, diff, snapshot};
use sqlx::{AssertSqlSafe, Connection, PgConnection};

use crate::server;

/// Each pair is a title, the statements of one history, and those of another.
const PAIRS: &str = include_str!("equal.sql");

/// Builds a schema, reads it and undoes it.
async fn built(conn: &mut PgConnection, sql: &str) -> Snapshot {
    let mut building = conn.begin().await.unwrap();
    let built = sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut *building).await;
    built.unwrap_or_else(|error| panic!("{error}: {sql}"));
    let snapshot = snapshot(&mut building, &Scope::default()).await.unwrap();
    building.rollback().await.unwrap();
    snapshot
}

#[tokio::test]
async fn equal_schemas_with_different_histories_are_equal() {
    let database = server::database().await;
    let mut conn = database.connect().await;
    let mut different = Vec::new();
    let mut pairs = 0;
    for pair in PAIRS.split("-- == ").skip(1) {
        let (title, histories) = pair.split_once('\n').unwrap();
        let (one, other) = histories.split_once("-- versus\n").unwrap();
        let (one, other) = (built(&mut conn, one).await, built(&mut conn, other).await);
        assert!(!one.is_empty());
        pairs += 1;
        if one.to_text() != other.to_text() {
            different.push(format!("{title}\n{}", diff(&one, &other).render()));
        }
    }
    assert!(pairs >= 25, "{pairs} pairs");
    assert!(
        different.is_empty(),
        "{} of {pairs} differ:\n{}",
        different.len(),
        different.join("\n")
    );
}

/// Each pair is a title, the word that the difference names, and the statements of two schemas.
const DIFFERENT: &str = include_str!("different.sql");

#[tokio::test]
async fn schemas_that_differ_are_different_and_the_difference_names_what_differs() {
    let database = server::database().await;
    let mut conn = database.connect().await;
    let major = conn.server_version_num().unwrap() / 10_000;
    let mut wrong = Vec::new();
    for pair in DIFFERENT.split("-- != ").skip(1) {
        let (title, schemas) = pair.split_once('\n').unwrap();
        let (title, since) = title.split_once(" since ").unwrap_or((title, "0"));
        let (title, word) = title.split_once(" | ").unwrap();
        if major < since.parse().unwrap() {
            continue;
        }
        let (one, other) = schemas.split_once("-- versus\n").unwrap();
        let (one, other) = (built(&mut conn, one).await, built(&mut conn, other).await);
        for found in [diff(&one, &other).render(), diff(&other, &one).render()] {
            if !found.contains(word) {
                wrong.push(format!("{title}: {word}\n{found}"));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} are wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[tokio::test]
async fn the_connection_s_settings_change_nothing_and_stay() {
    let database = server::database().await;
    let mut conn = database.connect().await;
    let setup = "CREATE SCHEMA app; CREATE TABLE app.t (a timestamptz DEFAULT '2026-01-01 00:00Z', b interval DEFAULT '1 day', \
                 c float8 DEFAULT 0.1, d bytea DEFAULT '\\x00'); CREATE VIEW app.v AS SELECT a FROM app.t; \
                 CREATE TABLE app.p (a timestamptz) PARTITION BY RANGE (a); \
                 CREATE TABLE app.p1 PARTITION OF app.p FOR VALUES FROM ('2026-01-01 00:00Z') TO ('2026-02-01 00:00Z')";
    sqlx::raw_sql(setup).execute(&mut conn).await.unwrap();
    let scope = Scope::default();
    let before = snapshot(&mut conn, &scope).await.unwrap();
    let settings = "SET search_path = app; SET timezone = 'Asia/Tokyo'; SET datestyle = 'German'; SET intervalstyle = 'iso_8601'; \
                    SET extra_float_digits = -5; SET bytea_output = 'escape'; SET quote_all_identifiers = on";
    sqlx::raw_sql(settings).execute(&mut conn).await.unwrap();
    let after = snapshot(&mut conn, &scope).await.unwrap();
    assert_eq!(before.to_text(), after.to_text());
    let kept: (String, String) =
        sqlx::query_as("SELECT current_setting('search_path'), current_setting('timezone')")
            .fetch_one(&mut conn)
            .await
            .unwrap();
    assert_eq!(kept, ("app".into(), "Asia/Tokyo".into()));
}
