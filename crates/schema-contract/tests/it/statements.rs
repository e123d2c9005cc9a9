//! Each kind of statement that an application sends: parameters, domains, and what only the protocol can prepare.

use schema_contract::consumers::Layer;

use crate::asking::{Asked, consumer, query, runner};

const SCHEMA: &str = "CREATE DOMAIN must AS int NOT NULL; CREATE DOMAIN small AS int CHECK (VALUE IS NOT NULL AND VALUE < 10);
    CREATE DOMAIN smaller AS small CHECK (VALUE < 5);
    CREATE TYPE span AS RANGE (subtype = int4, multirange_type_name = spans);
    CREATE TYPE pair AS (x int, y smaller);
    CREATE TABLE t (id int PRIMARY KEY, m must, s small, name text NOT NULL, r spans, p pair, j jsonb, at timestamptz, tags text[]);
    CREATE FUNCTION twice(small) RETURNS int IMMUTABLE STRICT LANGUAGE sql AS 'SELECT $1 * 2';
    CREATE FUNCTION checked(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS $$BEGIN RETURN $1::small; END$$;
    CREATE PROCEDURE p(int) LANGUAGE sql AS 'SELECT 1'; CREATE PROCEDURE denied() LANGUAGE sql AS 'SELECT 1';
    REVOKE EXECUTE ON PROCEDURE denied FROM PUBLIC;
    CREATE MATERIALIZED VIEW mv AS SELECT id, name FROM t; CREATE UNIQUE INDEX mv_id ON mv (id);
    CREATE MATERIALIZED VIEW unkeyed AS SELECT id FROM t; CREATE VIEW v AS SELECT id FROM t;
    CREATE SCHEMA app; CREATE TABLE app.\"Odd name\" (\"A b\" int)";

/// Queries that a server takes, with parameters of any kind.
const QUERIES: [&str; 41] = [
    "SELECT id FROM t WHERE name = current_setting('app.tenant') AND id = $1",
    "SELECT id FROM t WHERE name = '$12' -- $13\n AND id = $1 /* $14 /* $15 */ */",
    "SELECT $1::must",
    "SELECT id FROM t WHERE m = $1 AND s = $2::smaller",
    "INSERT INTO t (id, m, s, name) VALUES ($1, $2, $3, $4)",
    "UPDATE t SET s = $1, m = $2 WHERE id = $3",
    "SELECT twice($1), twice(s) FROM t",
    "SELECT checked($1), checked(5)",
    "INSERT INTO t (id, m, s, name, p) VALUES (1, 2, 3, 'a', ROW($1, $2))",
    "SELECT r FROM t WHERE r = $1",
    "SELECT * FROM t LIMIT $1 OFFSET $2",
    "SELECT * FROM t WHERE $1 = ANY (tags) OR name = ANY ($2::text[])",
    "SELECT j -> $1 ->> $2, j @> $3, j ? 'a', j ?| ARRAY['a'] FROM t",
    "SELECT * FROM unnest($1::int[], $2::text[]) AS u(a, b)",
    "INSERT INTO t (id, m, s, name) SELECT * FROM unnest($1::int[], $2::int[], $3::int[], $4::text[]) ON CONFLICT (id) DO UPDATE SET name = excluded.name",
    "WITH n AS (INSERT INTO t (id, m, s, name) VALUES ($1, 1, 1, 'x') RETURNING id) SELECT id FROM n",
    "SELECT coalesce($1, name) FROM t WHERE ($2::timestamptz IS NULL OR at > $2)",
    "SELECT CASE WHEN $1 THEN id ELSE $2 END FROM t",
    "SELECT id FROM t WHERE id IN ($1, $2, $3)",
    "SELECT now() - $1::interval, $2 || 'x', date_trunc($3, at) FROM t",
    "SELECT id FROM t WHERE at BETWEEN $1 AND $2 FOR UPDATE SKIP LOCKED",
    "TABLE t",
    "VALUES ($1::int), (2)",
    "((SELECT id FROM t) UNION ALL (SELECT $1))",
    "DELETE FROM t USING (VALUES ($1::int)) AS x(i) WHERE t.id = x.i RETURNING *",
    "MERGE INTO t USING (SELECT $1::int AS i) s ON s.i = t.id WHEN MATCHED THEN UPDATE SET name = $2 WHEN NOT MATCHED THEN INSERT (id, m, s, name) VALUES (s.i, 1, 1, 'x')",
    "SELECT id AS \"id!\", name AS \"name?: String\" FROM t",
    "SELECT * FROM t, LATERAL jsonb_to_recordset(j) AS x(a int, b text)",
    "SELECT * FROM generate_series($1::int, $2) g",
    "WITH RECURSIVE x(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM x WHERE n < $1) SELECT * FROM x",
    "SELECT id FROM t WHERE (id, name) > ($1, $2) ORDER BY id, name",
    "SELECT 'a'\n'b', U&'\\0061', E'\\'', $$ $1 ; $$, $q$ $2 $q$",
    "SELECT grouping(name), count(*) FILTER (WHERE id > $1) FROM t GROUP BY ROLLUP (name)",
    "SELECT id FROM t WHERE name ~ '^\\d+;$' AND name LIKE '%--%'",
    "SELECT * FROM t TABLESAMPLE SYSTEM ($1)",
    "SELECT (p).x, (p).y FROM t WHERE p = ROW($1, $2)::pair",
    "SELECT pg_advisory_xact_lock($1), pg_notify($2, $3)",
    "SELECT id FROM t WHERE id = $1 ; ",
    "-- name: GetUser :one\n/* sql.file:1 */ SELECT id FROM t WHERE id = $1 -- the end",
    "\r\n\tSELECT\r\n id\r\nFROM\tt\r\n",
    "UPDATE t SET (id, name) = (SELECT $1::int, $2) WHERE CURRENT_DATE > $3",
];

#[tokio::test]
async fn queries_with_any_parameters_are_fine() {
    let mut asked = Asked::new(SCHEMA).await;
    for sql in QUERIES {
        let trimmed = sql.trim().trim_end_matches(';').trim_end();
        assert_eq!(asked.found(&consumer(None), trimmed).await, [], "{sql}");
    }
    let all: Vec<_> = QUERIES.iter().map(|sql| query(sql)).collect();
    assert_eq!(asked.check(&consumer(None), &all).await, []);
}

#[tokio::test]
async fn what_is_run_with_generated_values_is_not_blamed_for_them() {
    let mut asked = Asked::new(SCHEMA).await;
    let queries = [
        "SELECT $1::must",
        "SELECT id FROM t WHERE m = $1 AND s = $2::smaller",
        "INSERT INTO t (id, m, s, name) VALUES ($1, $2, $3, $4)",
        "INSERT INTO t (id, m, s, name, p) VALUES (1, 2, 3, 'a', ROW($1, $2))",
        "SELECT checked($1), r FROM t WHERE r = $2",
        "SELECT name FROM t WHERE name = '$12'",
        "SELECT name, current_setting('app.tenant') FROM t",
    ];
    for sql in queries {
        assert_eq!(asked.found(&runner(None), sql).await, [], "{sql}");
    }
    let found = asked.found(&runner(None), "SELECT checked(99)").await;
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].1, "23514", "a value of the query's own: {found:?}");
}

#[tokio::test]
async fn a_value_of_the_query_that_a_domain_refuses_is_told() {
    let mut asked = Asked::new(SCHEMA).await;
    let found = asked.found(&consumer(None), "SELECT checked(99)").await;
    assert!(
        matches!(&found[..], [(Layer::Plan, state, _)] if state == "23514"),
        "{found:?}"
    );
}

/// Statements that no EXPLAIN takes.
const OTHERS: [&str; 62] = [
    "CALL p($1)",
    "CALL p(1)",
    "LISTEN changes",
    "UNLISTEN *",
    "NOTIFY changes, 'x'",
    "LOCK TABLE t IN SHARE ROW EXCLUSIVE MODE NOWAIT",
    "LOCK t, ONLY app.\"Odd name\"",
    "TRUNCATE t",
    "TRUNCATE TABLE ONLY t, app.\"Odd name\" RESTART IDENTITY CASCADE",
    "REFRESH MATERIALIZED VIEW mv",
    "REFRESH MATERIALIZED VIEW CONCURRENTLY mv WITH DATA",
    "COPY t TO STDOUT",
    "COPY t (id, name) FROM STDIN WITH (FORMAT csv)",
    "COPY BINARY t FROM STDIN",
    "COPY (SELECT id FROM t WHERE name = 'a') TO STDOUT",
    "COPY app.\"Odd name\" (\"A b\") TO STDOUT",
    "SET LOCAL statement_timeout = '5s'",
    "SET search_path TO app, public",
    "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE",
    "SET CONSTRAINTS ALL DEFERRED",
    "SET ROLE pg_monitor",
    "RESET ALL",
    "SHOW search_path",
    "SHOW app.tenant",
    "BEGIN",
    "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
    "START TRANSACTION",
    "COMMIT",
    "END",
    "ROLLBACK",
    "ABORT",
    "SAVEPOINT a",
    "RELEASE SAVEPOINT a",
    "ROLLBACK TO SAVEPOINT a",
    "PREPARE TRANSACTION 'x'",
    "DISCARD TEMP",
    "DEALLOCATE ALL",
    "PREPARE q (int) AS SELECT id FROM t WHERE id = $1",
    "EXECUTE q(1)",
    "DECLARE c CURSOR FOR SELECT id FROM t",
    "DECLARE c NO SCROLL CURSOR WITH HOLD FOR SELECT id FROM t WHERE id = $1",
    "FETCH 10 FROM c",
    "MOVE ALL IN c",
    "CLOSE c",
    "VACUUM",
    "VACUUM (ANALYZE) t (id)",
    "ANALYZE VERBOSE t",
    "CLUSTER t USING t_pkey",
    "REINDEX TABLE CONCURRENTLY t",
    "REINDEX DATABASE x",
    "CHECKPOINT",
    "LOAD 'plpgsql'",
    "DO $$BEGIN PERFORM 1; END$$",
    "EXPLAIN (ANALYZE, BUFFERS) SELECT id FROM t",
    "CREATE TEMP TABLE x (a int) ON COMMIT DROP",
    "CREATE TABLE IF NOT EXISTS y AS SELECT id FROM t",
    "ALTER TABLE t ADD COLUMN IF NOT EXISTS z int",
    "DROP TABLE IF EXISTS gone",
    "COMMENT ON TABLE t IS 'x'",
    "GRANT SELECT ON t TO pg_monitor",
    "REASSIGN OWNED BY pg_monitor TO pg_signal_backend",
    "IMPORT FOREIGN SCHEMA a FROM SERVER b INTO app",
];

#[tokio::test]
async fn what_only_the_protocol_can_prepare_is_fine() {
    let mut asked = Asked::new(SCHEMA).await;
    for sql in OTHERS {
        for config in [consumer(None), runner(None)] {
            assert_eq!(asked.found(&config, sql).await, [], "{sql}");
        }
    }
}

#[tokio::test]
async fn what_such_a_statement_needs_must_be_there() {
    let mut asked = Asked::new(SCHEMA).await;
    for (sql, state) in [
        ("CALL gone(1)", "42883"),
        ("CALL p()", "42883"),
        ("TRUNCATE t, gone", "42P01"),
        ("TRUNCATE v", "42809"),
        ("LOCK TABLE app.gone IN EXCLUSIVE MODE", "42P01"),
        ("LOCK TABLE gone.t", "42P01"),
        ("REFRESH MATERIALIZED VIEW gone", "42P01"),
        ("REFRESH MATERIALIZED VIEW v", "42809"),
        ("REFRESH MATERIALIZED VIEW CONCURRENTLY unkeyed", "55000"),
        ("COPY gone FROM STDIN", "42P01"),
        ("COPY t (id, gone) FROM STDIN", "42703"),
        ("COPY (SELECT gone FROM t) TO STDOUT", "42703"),
        ("COPY app.\"odd name\" TO STDOUT", "42P01"),
        ("PREPARE q AS SELECT gone FROM t", "42703"),
        ("DECLARE c CURSOR FOR SELECT gone FROM t", "42703"),
        ("EXPLAIN SELECT gone FROM t", "42703"),
        ("VACUUM gone", "42P01"),
        ("ANALYZE t (gone)", "42703"),
        ("CLUSTER gone", "42P01"),
        ("REINDEX INDEX gone", "42P01"),
        ("DROP TABLE gone", "42P01"),
        ("COMMENT ON VIEW gone IS 'x'", "42P01"),
        ("CREATE TABLE y AS SELECT gone FROM t", "42703"),
        ("TRUNCAT t", "42601"),
        ("\\d t", "42601"),
    ] {
        let found = asked.found(&consumer(None), sql).await;
        assert!(
            matches!(&found[..], [(_, found, _)] if found == state),
            "{sql}: {found:?}"
        );
    }
}

#[tokio::test]
async fn what_a_role_may_not_do_is_told() {
    let mut asked = Asked::new(SCHEMA).await;
    asked
        .run("GRANT SELECT (id), INSERT (name) ON t TO pg_monitor")
        .await;
    for sql in [
        "CALL denied()",
        "TRUNCATE t",
        "REFRESH MATERIALIZED VIEW mv",
        "COPY mv TO STDOUT",
        "COPY app.\"Odd name\" FROM STDIN",
        "DECLARE c CURSOR FOR SELECT name FROM t",
        "SELECT name FROM t WHERE id = $1",
        "LOCK TABLE mv",
    ] {
        let found = asked.found(&consumer(Some("pg_monitor")), sql).await;
        assert!(
            matches!(&found[..], [(Layer::Plan, state, _)] if state == "42501"),
            "{sql}: {found:?}"
        );
    }
    for sql in ["CALL p(1)", "COPY t (id) TO STDOUT", "SELECT id FROM t"] {
        assert_eq!(asked.found(&consumer(Some("pg_monitor")), sql).await, [], "{sql}");
    }
}

#[tokio::test]
async fn what_a_file_makes_for_itself_is_not_missed() {
    let mut asked = Asked::new(SCHEMA).await;
    let file = [
        "CREATE TEMP TABLE stage (a int)",
        "INSERT INTO stage SELECT id FROM t",
        "TRUNCATE stage",
        "SELECT a INTO TEMP TABLE other FROM stage",
        "SELECT * FROM other JOIN t ON t.id = other.a",
    ]
    .map(query);
    assert_eq!(asked.check(&consumer(None), &file).await, []);
    let mut elsewhere = query("SELECT * FROM stage");
    elsewhere.file = "reports/b.sql".into();
    let findings = asked.check(&consumer(None), &[file[0].clone(), elsewhere]).await;
    assert_eq!(findings.len(), 1, "{findings:?}");
}
