//! What a reading covers, what it counts, and what it leaves behind.

use diagnostic::Explain;
use schema_contract::{Counts, DatabaseWide, Scope, snapshot};
use sqlx::Connection;

use crate::server;

#[tokio::test]
async fn what_an_extension_owns_and_the_ledger_are_not_counted() {
    let database = server::database().await;
    let mut conn = database.connect().await;
    let sql = "CREATE EXTENSION pg_stat_statements; CREATE SCHEMA app; \
        CREATE TABLE schema_migrations (id serial PRIMARY KEY, filename text UNIQUE); \
        CREATE TABLE app.users (id integer PRIMARY KEY, mail text CHECK (mail <> '')); \
        CREATE TABLE app.events (id integer, day date NOT NULL, PRIMARY KEY (id, day)) PARTITION BY RANGE (day); \
        CREATE TABLE app.events_1 PARTITION OF app.events FOR VALUES FROM ('2026-01-01') TO ('2026-02-01'); \
        CREATE VIEW app.mails AS SELECT mail FROM app.users; \
        CREATE MATERIALIZED VIEW app.days AS SELECT day FROM app.events; CREATE INDEX ON app.days (day); \
        CREATE DOMAIN app.small AS integer CHECK (VALUE < 10)";
    sqlx::raw_sql(sql).execute(&mut conn).await.unwrap();
    let scope = Scope {
        exclude_tables: vec![("public".into(), "schema_migrations".into())],
        ..Scope::default()
    };
    let found = snapshot(&mut conn, &scope).await.unwrap();
    let expected = Counts {
        tables: 3,
        columns: 6,
        indexes: 4,
        constraints: 5,
    };
    assert_eq!(found.counts(), expected);
    assert!(
        !found.to_text().contains("schema_migrations"),
        "{}",
        found.to_text()
    );
    let all = snapshot(&mut conn, &Scope::default()).await.unwrap();
    assert_eq!(
        all.restrict(&scope),
        found,
        "restricting afterwards is the same as reading less"
    );
    let app = Scope {
        include: Some(vec!["app".into()]),
        database_wide: DatabaseWide::Leave,
        ..Scope::default()
    };
    assert_eq!(
        all.restrict(&app).objects().find(|object| object.schema != "app"),
        None
    );
}

#[tokio::test]
async fn a_reading_that_fails_leaves_the_connection_usable() {
    let database = server::database().await;
    let mut conn = database.connect().await;
    // A transaction begun by text is not known to the connection, and its isolation level can no longer be set.
    sqlx::raw_sql("BEGIN; SELECT 1").execute(&mut conn).await.unwrap();
    let error = snapshot(&mut conn, &Scope::default()).await.unwrap_err();
    assert_eq!(
        (error.code(), error.facts()[0].value.as_str()),
        ("contract/cannot-read", "25001")
    );
    sqlx::raw_sql("CREATE TABLE t (a integer)")
        .execute(&mut conn)
        .await
        .unwrap();
    let text = snapshot(&mut conn, &Scope::default()).await.unwrap().to_text();
    assert!(text.contains("table public.t"));
}

#[tokio::test]
async fn a_reading_inside_a_transaction_sees_it_and_leaves_it_open() {
    let database = server::database().await;
    let mut conn = database.connect().await;
    let mut changing = conn.begin().await.unwrap();
    sqlx::raw_sql("SET LOCAL timezone = 'Asia/Tokyo'; CREATE TABLE inside (a integer)")
        .execute(&mut *changing)
        .await
        .unwrap();
    let text = snapshot(&mut changing, &Scope::default())
        .await
        .unwrap()
        .to_text();
    assert!(text.contains("table public.inside"));
    let zone: String = sqlx::query_scalar("SELECT current_setting('timezone')")
        .fetch_one(&mut *changing)
        .await
        .unwrap();
    assert_eq!(zone, "Asia/Tokyo");
    changing.rollback().await.unwrap();
    let text = snapshot(&mut conn, &Scope::default()).await.unwrap().to_text();
    assert!(!text.contains("inside"));
}

#[tokio::test]
async fn a_fingerprint_is_the_same_for_what_is_made_again_and_another_for_what_is_not() {
    let database = server::database().await;
    let mut conn = database.connect().await;
    let mut run = async |sql: &'static str| {
        sqlx::raw_sql(sql).execute(&mut conn).await.unwrap();
        schema_contract::fingerprint(&mut conn).await.unwrap()
    };
    let before = run(
        "CREATE TABLE users (id bigint PRIMARY KEY, name text, mail text);
         CREATE TABLE posts (id bigint, author bigint REFERENCES users); COMMENT ON COLUMN users.mail IS 'a hash'",
    )
    .await;
    for (change, back) in [
        (
            "DROP TABLE posts",
            "CREATE TABLE posts (id bigint, author bigint REFERENCES users)",
        ),
        (
            "ALTER TABLE users DROP mail",
            "ALTER TABLE users ADD mail text; COMMENT ON COLUMN users.mail IS 'a hash'",
        ),
        ("CREATE INDEX ON users (name)", "DROP INDEX users_name_idx"),
        (
            "ALTER TABLE users ALTER name SET NOT NULL",
            "ALTER TABLE users ALTER name DROP NOT NULL",
        ),
        (
            "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
            "DROP FUNCTION f",
        ),
        ("CREATE TYPE mood AS ENUM ('ok')", "DROP TYPE mood"),
        (
            "COMMENT ON TABLE users IS 'people'",
            "COMMENT ON TABLE users IS NULL",
        ),
        (
            "ALTER TABLE users ENABLE ROW LEVEL SECURITY",
            "ALTER TABLE users DISABLE ROW LEVEL SECURITY",
        ),
        ("CREATE VIEW v AS SELECT id FROM users", "DROP VIEW v"),
    ] {
        assert_ne!(run(change).await, before, "{change}");
        assert_eq!(run(back).await, before, "{back}");
    }
}
