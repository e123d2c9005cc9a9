//! Row security that lets no row through is found by its policies; a query that finds nothing for other reasons is fine.

use schema_contract::consumers::Layer;

use crate::asking::{Asked, consumer};

/// A role of the server that any test may use; it is given rights in one database only.
const ROLE: &str = "pg_monitor";

const SCHEMA: &str = "CREATE TABLE open (id int PRIMARY KEY, s text NOT NULL);
    CREATE TABLE closed (id int PRIMARY KEY, s text NOT NULL); ALTER TABLE closed ENABLE ROW LEVEL SECURITY;
    CREATE TABLE own (id int PRIMARY KEY, s text); ALTER TABLE own ENABLE ROW LEVEL SECURITY;
    CREATE POLICY read ON own FOR SELECT TO pg_monitor USING (s = current_user);
    CREATE POLICY change ON own FOR DELETE TO PUBLIC USING (true);
    CREATE TABLE added (id int PRIMARY KEY, s text); ALTER TABLE added ENABLE ROW LEVEL SECURITY;
    CREATE POLICY add ON added FOR INSERT WITH CHECK (true);
    CREATE POLICY change ON added FOR UPDATE USING (true);
    CREATE TABLE other (id int PRIMARY KEY); ALTER TABLE other ENABLE ROW LEVEL SECURITY;
    CREATE POLICY read ON other FOR ALL TO pg_signal_backend USING (true);
    CREATE TABLE strict (id int PRIMARY KEY); ALTER TABLE strict ENABLE ROW LEVEL SECURITY;
    CREATE POLICY narrow ON strict AS RESTRICTIVE USING (true);
    CREATE TABLE parts (id int, k int) PARTITION BY LIST (k);
    CREATE TABLE parts_1 PARTITION OF parts FOR VALUES IN (1); ALTER TABLE parts_1 ENABLE ROW LEVEL SECURITY;
    CREATE VIEW of_owner AS SELECT * FROM closed;
    CREATE VIEW of_reader WITH (security_invoker = true) AS SELECT * FROM closed;
    CREATE TABLE banned (s text); ALTER TABLE banned ENABLE ROW LEVEL SECURITY;
    CREATE TABLE judged (s text); ALTER TABLE judged ENABLE ROW LEVEL SECURITY;
    CREATE POLICY read ON judged USING (NOT EXISTS (SELECT FROM banned b WHERE b.s = judged.s));
    GRANT ALL ON ALL TABLES IN SCHEMA public TO pg_monitor";

#[tokio::test]
async fn a_query_that_finds_nothing_for_other_reasons_is_fine() {
    let mut asked = Asked::new(SCHEMA).await;
    for sql in [
        "SELECT * FROM open WHERE false",
        "SELECT * FROM open WHERE id IS NULL",
        "SELECT * FROM own WHERE false",
        "SELECT * FROM open UNION ALL SELECT * FROM open WHERE false",
        "SELECT * FROM parts WHERE k = 7",
        "SELECT * FROM parts",
        "SELECT * FROM open LIMIT 0",
        "SELECT * FROM own WHERE id = $1 AND $2::boolean",
        "DELETE FROM own",
        "DELETE FROM own WHERE id = $1",
        "INSERT INTO added VALUES ($1, $2)",
        "UPDATE added SET s = 'x'",
        "SELECT * FROM of_owner",
        "SELECT * FROM judged",
        "SELECT 1 WHERE 1 = 2",
    ] {
        assert_eq!(asked.found(&consumer(Some(ROLE)), sql).await, [], "{sql}");
    }
}

#[tokio::test]
async fn a_table_without_a_policy_for_the_role_is_named() {
    let mut asked = Asked::new(SCHEMA).await;
    for (sql, table, command) in [
        ("SELECT * FROM closed", "public.closed", "SELECT"),
        ("SELECT * FROM closed WHERE id = $1", "public.closed", "SELECT"),
        (
            "SELECT o.id FROM open o LEFT JOIN closed c ON c.id = o.id",
            "public.closed",
            "SELECT",
        ),
        (
            "SELECT (SELECT max(id) FROM closed) FROM own",
            "public.closed",
            "SELECT",
        ),
        ("SELECT * FROM of_reader", "public.closed", "SELECT"),
        ("SELECT * FROM other", "public.other", "SELECT"),
        ("SELECT * FROM strict", "public.strict", "SELECT"),
        ("INSERT INTO closed VALUES ($1, $2)", "public.closed", "INSERT"),
        ("UPDATE own SET s = 'x' WHERE id = $1", "public.own", "UPDATE"),
        ("SELECT * FROM own FOR UPDATE", "public.own", "UPDATE"),
        // Supabase users meet these two: what is written has to be readable.
        ("UPDATE added SET s = 'x' WHERE id = $1", "public.added", "SELECT"),
        (
            "INSERT INTO added VALUES ($1, $2) RETURNING id",
            "public.added",
            "SELECT",
        ),
        ("DELETE FROM closed", "public.closed", "DELETE"),
    ] {
        let expected = format!(
            "row security of `{table}` lets no row through: no policy for {command} applies to role `{ROLE}`"
        );
        let found = asked.found(&consumer(Some(ROLE)), sql).await;
        assert_eq!(found, [(Layer::Plan, String::new(), expected)], "{sql}");
    }
}

#[tokio::test]
async fn whom_row_security_does_not_bind_is_not_told() {
    let mut asked = Asked::new(SCHEMA).await;
    assert_eq!(asked.found(&consumer(None), "SELECT * FROM closed").await, []);
    asked.run("ALTER TABLE closed OWNER TO pg_monitor").await;
    assert_eq!(
        asked.found(&consumer(Some(ROLE)), "SELECT * FROM closed").await,
        []
    );
    asked.run("ALTER TABLE closed FORCE ROW LEVEL SECURITY").await;
    assert_eq!(
        asked
            .found(&consumer(Some(ROLE)), "SELECT * FROM closed")
            .await
            .len(),
        1
    );
}

#[tokio::test]
async fn a_view_reads_with_the_rights_of_its_owner() {
    let mut asked = Asked::new(SCHEMA).await;
    asked
        .run("ALTER VIEW of_owner OWNER TO pg_signal_backend; GRANT SELECT ON closed TO pg_signal_backend")
        .await;
    let found = asked.found(&consumer(Some(ROLE)), "SELECT * FROM of_owner").await;
    assert!(
        matches!(&found[..], [(_, _, message)] if message.ends_with("applies to role `pg_signal_backend`")),
        "{found:?}"
    );
}
