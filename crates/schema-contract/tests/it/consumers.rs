//! The ladder: each way in which a schema breaks a query is found, in its layer, and named.

use schema_contract::consumers::{
    ConsumerConfig, Described, DescribedColumn, DescribedType, Execution, Layer, Query, TypeKind, Values,
    check,
};
use sqlx::{AssertSqlSafe, PgConnection};

use crate::server;

const SCHEMA: &str = "CREATE TYPE mood AS ENUM ('happy', 'sad');
    CREATE TABLE users (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL UNIQUE, mood mood, age integer,
                        twice integer GENERATED ALWAYS AS (age * 2) STORED);
    CREATE TABLE posts (id bigint PRIMARY KEY, user_id bigint REFERENCES users, body text);
    CREATE FUNCTION ages() RETURNS bigint LANGUAGE plpgsql AS $$BEGIN RETURN (SELECT sum(age) FROM users); END$$;
    GRANT SELECT, INSERT, UPDATE ON users, posts TO pg_monitor";

fn query(sql: &str) -> Query {
    let text = format!("-- A query.\n{sql};\n");
    Query {
        file: "reports/a.sql".into(),
        offset: text.find(sql),
        text: text.into(),
        sql: sql.into(),
        described: None,
    }
}

fn config(role: Option<&str>) -> ConsumerConfig {
    ConsumerConfig {
        consumer: "reports".into(),
        role: role.map(str::to_owned),
        search_path: None,
        execution: Execution::RolledBack,
        values: Values::Hidden,
    }
}

/// Checks that the query is fine before a change, and what is found after it.
async fn broken_by(
    conn: &mut PgConnection,
    change: &str,
    query: &Query,
    role: Option<&str>,
) -> (Layer, String, String) {
    let before = check(conn, &config(role), std::slice::from_ref(query))
        .await
        .unwrap();
    assert!(before.is_empty(), "{}: {before:?}", query.sql);
    sqlx::raw_sql(AssertSqlSafe(change))
        .execute(&mut *conn)
        .await
        .unwrap();
    let found = check(conn, &config(role), std::slice::from_ref(query))
        .await
        .unwrap();
    let first = found
        .first()
        .unwrap_or_else(|| panic!("{change} is not noticed by {}", query.sql));
    assert_eq!(first.consumer, "reports");
    (
        first.layer,
        first.sqlstate.clone().unwrap_or_default(),
        first.message.clone(),
    )
}

/// A change, a query that it breaks, the layer that notices and the SQLSTATE.
const BREAKS: [(&str, &str, Layer, &str); 10] = [
    (
        "ALTER TABLE users DROP COLUMN age CASCADE",
        "SELECT age FROM users",
        Layer::Prepare,
        "42703",
    ),
    (
        "ALTER TABLE users RENAME TO people",
        "SELECT name FROM users",
        Layer::Prepare,
        "42P01",
    ),
    (
        "ALTER TABLE posts ADD COLUMN name text",
        "SELECT name FROM users JOIN posts ON user_id = users.id",
        Layer::Prepare,
        "42702",
    ),
    (
        "ALTER TYPE mood RENAME VALUE 'sad' TO 'blue'",
        "SELECT id FROM users WHERE mood = 'sad'",
        Layer::Prepare,
        "22P02",
    ),
    (
        "ALTER TYPE mood RENAME VALUE 'sad' TO 'blue'",
        "-- $1 = 'sad'\nSELECT id FROM users WHERE mood = $1",
        Layer::Run,
        "22P02",
    ),
    (
        "ALTER TABLE posts DROP COLUMN body, ADD COLUMN body text GENERATED ALWAYS AS ('x') STORED",
        "INSERT INTO posts (id, body) VALUES ($1, $2)",
        Layer::Prepare,
        "428C9",
    ),
    (
        "ALTER TABLE users DROP CONSTRAINT users_name_key",
        "INSERT INTO users (name) VALUES ($1) ON CONFLICT (name) DO NOTHING",
        Layer::Plan,
        "42P10",
    ),
    (
        "ALTER TABLE users ADD COLUMN email text NOT NULL",
        "INSERT INTO users (name) VALUES ($1)",
        Layer::Run,
        "23502",
    ),
    (
        "ALTER TABLE users ADD CHECK (age > 17)",
        "-- $1 = 12\nINSERT INTO users (name, age) VALUES ('x', $1)",
        Layer::Run,
        "23514",
    ),
    (
        "ALTER TABLE users DROP COLUMN age CASCADE",
        "SELECT ages()",
        Layer::Run,
        "42703",
    ),
];

#[tokio::test]
async fn the_ladder_catches_what_the_server_knows() {
    for (change, sql, layer, state) in BREAKS {
        let database = server::database().await;
        let mut conn = database.connect().await;
        sqlx::raw_sql(SCHEMA).execute(&mut conn).await.unwrap();
        let found = broken_by(&mut conn, change, &query(sql), None).await;
        assert_eq!(
            (found.0, found.1.as_str()),
            (layer, state),
            "{change}: {}",
            found.2
        );
    }
}

#[tokio::test]
async fn the_ladder_looks_with_the_rights_of_the_consumer() {
    let cases = [
        (
            "REVOKE SELECT ON users FROM pg_monitor",
            "SELECT name FROM users",
            "42501",
        ),
        (
            "ALTER TABLE users ENABLE ROW LEVEL SECURITY",
            "SELECT name FROM users",
            "",
        ),
    ];
    for (change, sql, state) in cases {
        let database = server::database().await;
        let mut conn = database.connect().await;
        sqlx::raw_sql(SCHEMA).execute(&mut conn).await.unwrap();
        let found = broken_by(&mut conn, change, &query(sql), Some("pg_monitor")).await;
        assert_eq!(
            (found.0, found.1.as_str()),
            (Layer::Plan, state),
            "{change}: {}",
            found.2
        );
        let role: String = sqlx::query_scalar("SELECT current_setting('role')")
            .fetch_one(&mut conn)
            .await
            .unwrap();
        assert_eq!(role, "none", "the role is that of before");
    }
}

fn data_type(name: &str, labels: Option<&[&str]>) -> DescribedType {
    DescribedType {
        name: name.to_lowercase(),
        kind: labels.map_or(TypeKind::Simple, |labels| {
            TypeKind::Enum(labels.iter().map(|label| (*label).to_owned()).collect())
        }),
    }
}

fn recorded(sql: &str, columns: &[(&str, &str, bool)], parameters: Vec<DescribedType>) -> Query {
    let columns = columns.iter().map(|(name, kind, nullable)| DescribedColumn {
        name: (*name).into(),
        data_type: data_type(kind, None),
        nullable: Some(*nullable),
    });
    Query {
        described: Some(Described {
            columns: columns.collect(),
            parameters,
        }),
        ..query(sql)
    }
}

#[tokio::test]
async fn the_ladder_compares_with_what_was_compiled_against() {
    let all = [
        ("id", "INT8", false),
        ("user_id", "INT8", true),
        ("body", "TEXT", true),
    ];
    let cases = [
        (
            "ALTER TABLE users ALTER COLUMN age TYPE bigint",
            recorded("SELECT age FROM users", &[("age", "INT4", true)], vec![]),
            "column `age` was int4, now it is int8",
        ),
        (
            "ALTER TABLE users ALTER COLUMN age TYPE bigint",
            recorded(
                "SELECT id FROM users WHERE age = $1",
                &[("id", "INT8", false)],
                vec![data_type("INT4", None)],
            ),
            "parameter $1 was int4, now it is int8",
        ),
        (
            "ALTER TABLE users ALTER COLUMN name DROP NOT NULL",
            recorded("SELECT name FROM users", &[("name", "TEXT", false)], vec![]),
            "column `name` was never NULL, now it may be",
        ),
        (
            "ALTER TABLE posts DROP COLUMN user_id, ADD COLUMN user_id bigint",
            recorded("SELECT * FROM posts", &all, vec![]),
            "column 2 of its result was `user_id`, now it is `body`",
        ),
        (
            "ALTER TYPE mood RENAME VALUE 'sad' TO 'blue'",
            recorded(
                "SELECT id FROM users WHERE mood = $1",
                &[("id", "INT8", false)],
                vec![data_type("MOOD", Some(&["happy", "sad"]))],
            ),
            "parameter $1 of type mood can no longer be sad",
        ),
    ];
    for (change, query, message) in cases {
        let database = server::database().await;
        let mut conn = database.connect().await;
        sqlx::raw_sql("SET client_min_messages = warning")
            .execute(&mut conn)
            .await
            .unwrap();
        sqlx::raw_sql(SCHEMA).execute(&mut conn).await.unwrap();
        sqlx::raw_sql("ALTER TABLE users DROP COLUMN twice")
            .execute(&mut conn)
            .await
            .unwrap();
        let found = broken_by(&mut conn, change, &query, None).await;
        assert_eq!(
            (found.0, found.2.as_str()),
            (Layer::Described, message),
            "{change}"
        );
    }
}

#[tokio::test]
async fn a_finding_points_into_its_file_and_nothing_is_left_behind() {
    let database = server::database().await;
    let mut conn = database.connect().await;
    sqlx::raw_sql(SCHEMA).execute(&mut conn).await.unwrap();
    let queries = [
        query("INSERT INTO users (name) VALUES ('left behind')"),
        query("SELECT name,\n       nmae FROM users"),
        query("SELECT 'ä', nmae FROM users"),
    ];
    let findings = check(&mut conn, &config(None), &queries).await.unwrap();
    let places: Vec<_> = findings
        .iter()
        .map(|f| (f.place.file.as_str(), f.place.line, f.place.column))
        .collect();
    assert_eq!(
        places,
        [
            ("reports/a.sql", Some(3), Some(8)),
            ("reports/a.sql", Some(2), Some(13))
        ]
    );
    let rows: i64 = sqlx::query_scalar("SELECT count(*) FROM users")
        .fetch_one(&mut conn)
        .await
        .unwrap();
    let left: i64 =
        sqlx::query_scalar("SELECT count(*) FROM pg_prepared_statements WHERE name LIKE 'schema_contract%'")
            .fetch_one(&mut conn)
            .await
            .unwrap();
    assert_eq!((rows, left), (0, 0));
}
