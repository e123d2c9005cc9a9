//! Fingerprints: every single change makes another one, and what is made again makes the same.

use schema_contract::{Fingerprint, Fingerprints, Scope};
use sqlx::{AssertSqlSafe, Connection, PgConnection};

use crate::{mutations, server};

/// A change, and the statements that take it back in another way than a rollback does.
const ROUND_TRIPS: &str = include_str!("round_trips.sql");

/// What only a snapshot shows: user mappings, which not everybody may read, dependencies, which are as many as all the rest, and what was
/// changed about members of extensions and about the server's own objects.
const LEFT_OUT: [&str; 11] = [
    "USER MAPPING",
    "DEPENDS ON EXTENSION",
    "other.crosstab",
    "tablefunc_crosstab_2",
    "LANGUAGE plpgsql FROM PUBLIC",
    "pg_read_file",
    "pg_backend_pid",
    "pg_ls_dir",
    "pg_stat_activity",
    "pg_authid",
    "information_schema.tables",
];

async fn run(conn: &mut PgConnection, sql: &str) {
    let ended = sqlx::raw_sql(AssertSqlSafe(sql)).execute(conn).await;
    ended.unwrap_or_else(|error| panic!("{error}: {sql}"));
}

#[tokio::test]
async fn every_single_change_makes_another_fingerprint() {
    let database = server::database().await;
    let mut conn = database.connect().await;
    run(&mut conn, mutations::BASE).await;
    let major = conn.server_version_num().unwrap() / 10_000;
    let (start, before) = started(&mut conn, &Scope::default()).await;
    let mut missed = Vec::new();
    for case in mutations::cases().iter().filter(|case| major >= case.since) {
        let mut changing = conn.begin().await.unwrap();
        run(&mut changing, &case.sql).await;
        let mut fingerprints = start.clone();
        let is_left_out = LEFT_OUT.iter().any(|words| case.sql.contains(words));
        if (fingerprints.whole(&mut changing).await.unwrap() == before) != is_left_out {
            missed.push(case.sql.clone());
        }
        changing.rollback().await.unwrap();
    }
    assert_eq!(missed, Vec::<String>::new());
    assert_eq!(start.clone().whole(&mut conn).await.unwrap(), before);
}

#[tokio::test]
async fn what_is_made_again_makes_the_same_fingerprint() {
    let database = server::database().await;
    let mut conn = database.connect().await;
    run(&mut conn, mutations::BASE).await;
    let (mut fingerprints, before) = started(&mut conn, &Scope::default()).await;
    let mut wrong = Vec::new();
    for pair in ROUND_TRIPS.split("-- == ").skip(1) {
        let (title, statements) = pair.split_once('\n').unwrap();
        let (there, back) = statements.split_once("-- back\n").unwrap();
        run(&mut conn, there).await;
        let changed = fingerprints.whole(&mut conn).await.unwrap();
        run(&mut conn, back).await;
        let after = fingerprints.whole(&mut conn).await.unwrap();
        if changed == before || after != before {
            wrong.push(format!(
                "{title}: noticed {}, the same again {}",
                changed != before,
                after == before
            ));
        }
        assert_eq!(
            afresh(&mut conn).await,
            after,
            "{title}: what changed is what all of it is"
        );
    }
    assert_eq!(wrong, Vec::<String>::new());
}

async fn afresh(conn: &mut PgConnection) -> Fingerprint {
    started(conn, &Scope::default()).await.1
}

async fn started(conn: &mut PgConnection, scope: &Scope) -> (Fingerprints, Fingerprint) {
    let (mut fingerprints, _) = Fingerprints::start(conn, scope).await.unwrap();
    let first = fingerprints.whole(conn).await.unwrap();
    (fingerprints, first)
}

#[tokio::test]
async fn what_is_not_covered_and_temporary_tables_make_no_difference() {
    let database = server::database().await;
    let mut conn = database.connect().await;
    let scope = Scope {
        exclude: vec!["ledger".into()],
        exclude_tables: vec![("public".into(), "rows".into())],
        ..Scope::default()
    };
    let (mut fingerprints, before) = started(&mut conn, &scope).await;
    run(&mut conn, "CREATE TABLE public.rows (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body text DEFAULT 'a' CHECK (body <> ''))").await;
    run(
        &mut conn,
        "COMMENT ON TABLE public.rows IS 'ours'; COMMENT ON COLUMN public.rows.body IS 'ours'",
    )
    .await;
    run(
        &mut conn,
        "CREATE TEMP TABLE helper (id serial PRIMARY KEY, body text DEFAULT 'b')",
    )
    .await;
    assert_eq!(
        fingerprints.next(&mut conn).await.unwrap().distance(before),
        (0, 0)
    );
    assert_eq!(fingerprints.whole(&mut conn).await.unwrap(), before);
    run(
        &mut conn,
        "DROP TABLE helper; DROP TABLE public.rows; CREATE TABLE public.t ()",
    )
    .await;
    assert_ne!(
        fingerprints.next(&mut conn).await.unwrap().distance(before),
        (0, 0)
    );
}

/// Renames one after the other, each with what quotes the name: the look after it is as good as a look at everything.
#[tokio::test]
async fn what_quotes_another_name_is_read_again() {
    let database = server::database().await;
    let mut conn = database.connect().await;
    let made = "CREATE TABLE t (a int PRIMARY KEY, b int DEFAULT 1 CHECK (b > 0)); CREATE INDEX i ON t ((b + 1)) WHERE b > 2; \
                CREATE TABLE r (a int REFERENCES t (a)) PARTITION BY RANGE (a); CREATE VIEW v AS SELECT b FROM t; \
                CREATE POLICY p ON t USING (b > 3); COMMENT ON COLUMN t.b IS 'b'; CREATE STATISTICS s ON a, b FROM t; \
                CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN END'; \
                CREATE TRIGGER g BEFORE UPDATE OF b ON t FOR EACH ROW WHEN (OLD.b > 1) EXECUTE FUNCTION f()";
    run(&mut conn, made).await;
    let mut reader = database.connect().await;
    let (mut fingerprints, _) = started(&mut reader, &Scope::default()).await;
    for rename in [
        "ALTER TABLE t RENAME COLUMN b TO c",
        "ALTER TABLE t RENAME COLUMN a TO d",
        "ALTER TABLE r RENAME COLUMN a TO e",
        "ALTER INDEX i RENAME TO j",
        "ALTER TABLE t RENAME TO u",
    ] {
        run(&mut conn, rename).await;
        let next = fingerprints.next(&mut reader).await.unwrap();
        let mut other = database.connect().await;
        assert_eq!(next.distance(afresh(&mut other).await), (0, 0), "{rename}");
    }
}

#[tokio::test]
async fn the_objects_that_differ_between_two_looks_are_named() {
    let database = server::database().await;
    let mut conn = database.connect().await;
    run(
        &mut conn,
        "CREATE TABLE t (id int); CREATE TYPE mood AS ENUM ('a')",
    )
    .await;
    let mut reader = database.connect().await;
    let (mut fingerprints, _) = Fingerprints::start(&mut reader, &Scope::default()).await.unwrap();
    for change in [
        "CREATE VIEW v AS SELECT 1 AS a; ALTER TABLE t ADD COLUMN b int",
        "DROP TYPE mood; CREATE FUNCTION f(a int) RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "DROP VIEW v",
    ] {
        run(&mut conn, change).await;
        fingerprints.next(&mut reader).await.unwrap();
    }
    let named = |before, after| {
        let difference = fingerprints.difference(before, after);
        let objects = difference.objects.iter();
        let objects: Vec<_> = objects
            .map(|one| format!("{:?} {}", one.change, one.object))
            .collect();
        objects.join(", ")
    };
    assert_eq!(named(0, 1), "Changed table public.t, Added view public.v");
    assert_eq!(
        named(1, 2),
        "Removed enum public.mood, Added function public.f(integer)"
    );
    assert_eq!(
        named(3, 1),
        "Added enum public.mood, Removed function public.f(integer), Added view public.v"
    );
    assert_eq!(named(2, 2), "");
}
