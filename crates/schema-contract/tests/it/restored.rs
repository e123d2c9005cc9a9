//! A schema that was dumped and restored is equal to what it was.
//!
//! What a restore makes is known by a restore alone, so each test makes one: with `pg_dump`, and with the texts that the server
//! prints, where a `pg_dump` for its version is not at hand.

use schema_contract::{Scope, Snapshot, diff, snapshot};
use sqlx::{AssertSqlSafe, PgConnection};

use crate::server::{self, Database};

const EXPRESSIONS: &str = include_str!("expressions.txt");

async fn run(conn: &mut PgConnection, sql: &str) {
    let ran = sqlx::raw_sql(AssertSqlSafe(sql)).execute(conn).await;
    ran.unwrap_or_else(|error| panic!("{error}: {sql}"));
}

/// A schema with one of every kind, and with each of the expressions wherever an expression can stand.
async fn build(conn: &mut PgConnection) {
    run(conn, include_str!("base.sql")).await;
    run(conn, include_str!("views.sql")).await;
    let expressions: Vec<&str> = EXPRESSIONS
        .lines()
        .filter(|line| !line.starts_with('#'))
        .collect();
    assert!(expressions.len() > 100, "{}", expressions.len());
    sqlx::query("SELECT set_config('test.expressions', $1::text[]::text, false)")
        .bind(expressions)
        .execute(&mut *conn)
        .await
        .unwrap();
    run(conn, include_str!("restored.sql")).await;
}

async fn read(conn: &mut PgConnection) -> Snapshot {
    let found = snapshot(conn, &Scope::default()).await.unwrap();
    // Who may connect to a database and its settings are no part of a dump of what is in it.
    let facts = found
        .facts()
        .iter()
        .filter(|fact| fact.key.object.kind != "database");
    Snapshot::from_facts(facts.cloned().collect())
}

fn assert_equal(before: &Snapshot, after: &Snapshot) {
    let difference = diff(before, after);
    assert!(
        difference.is_empty(),
        "{}\n{}",
        difference.summary(),
        difference.render()
    );
    assert_eq!(before.to_text(), after.to_text());
}

/// What `pg_dump` writes of a database, without the lines that only psql understands.
fn dump(database: &Database) -> Option<String> {
    let output = std::process::Command::new("pg_dump")
        .args(["--inserts", "--dbname", &database.url()])
        .output()
        .ok()?;
    let dump = output.status.success().then_some(output.stdout)?;
    let dump = String::from_utf8(dump).unwrap();
    let lines = dump.lines().filter(|line| !line.starts_with('\\'));
    Some(lines.collect::<Vec<_>>().join("\n"))
}

#[tokio::test]
async fn a_dump_restored_elsewhere_is_equal_and_so_is_its_own_dump() {
    let first = server::database().await;
    let mut conn = first.connect().await;
    build(&mut conn).await;
    let before = read(&mut conn).await;
    let mut dumped = first;
    for _ in 0..2 {
        let Some(dump) = dump(&dumped) else {
            // `pg_dump` refuses servers newer than itself.
            let major = conn.server_version_num().unwrap() / 10_000;
            assert!(major > 15, "pg_dump is not in the PATH, or does not work");
            return;
        };
        let restored = server::database().await;
        let mut conn = restored.connect().await;
        run(&mut conn, &dump).await;
        assert_equal(&before, &read(&mut conn).await);
        dumped = restored;
    }
}

/// The statements that make again what the server prints, each on tables that are there.
const PRINTED: &str = "SELECT format('ALTER TABLE %s DROP CONSTRAINT %I; ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname, \
         conrelid::regclass, conname, pg_get_constraintdef(oid)) FROM pg_constraint WHERE contype = 'c' AND conrelid = 'app.words'::regclass \
     UNION ALL SELECT format('ALTER DOMAIN %s DROP CONSTRAINT %I; ALTER DOMAIN %s ADD CONSTRAINT %I %s', contypid::regtype, conname, \
         contypid::regtype, conname, pg_get_constraintdef(oid)) FROM pg_constraint WHERE contype = 'c' AND contypid <> 0 \
     UNION ALL SELECT format('CREATE OR REPLACE VIEW %s AS %s', oid::regclass, pg_get_viewdef(oid)) FROM pg_class WHERE relkind = 'v' AND oid >= 16384 \
     UNION ALL SELECT format('DROP POLICY %I ON %s; CREATE POLICY %I ON %s USING (%s) WITH CHECK (%s)', polname, polrelid::regclass, polname, \
         polrelid::regclass, pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid)) FROM pg_policy WHERE polwithcheck IS NOT NULL \
     UNION ALL SELECT format('DROP INDEX %s; %s', indexrelid::regclass, pg_get_indexdef(indexrelid)) FROM pg_index \
         JOIN pg_class ON pg_class.oid = indexrelid WHERE relname ~ '^i[0-9]+$' \
     UNION ALL SELECT format('ALTER TABLE %s DROP %I; ALTER TABLE %s ADD %I boolean GENERATED ALWAYS AS (%s) STORED', adrelid::regclass, attname, \
         adrelid::regclass, attname, pg_get_expr(adbin, adrelid)) FROM pg_attrdef JOIN pg_attribute ON attrelid = adrelid AND attnum = adnum \
         WHERE attname = 'is_so' AND attgenerated <> '' \
     UNION ALL SELECT format('CREATE OR REPLACE %s', substr(pg_get_triggerdef(oid), 8)) FROM pg_trigger WHERE tgname = 'words_change' \
     UNION ALL SELECT format('CREATE OR REPLACE %s', substr(pg_get_ruledef(oid), 8)) FROM pg_rewrite WHERE rulename = 'words_keep' \
     UNION ALL SELECT pg_get_functiondef(oid) FROM pg_proc WHERE oid >= 16384 AND proname IN ('pick', 'sweep') \
     UNION ALL SELECT format('DROP STATISTICS %s; %s', 'app.often', pg_get_statisticsobjdef(oid)) FROM pg_statistic_ext WHERE stxname = 'often'";

#[tokio::test]
async fn what_is_made_again_from_its_printed_text_is_equal() {
    let database = server::database().await;
    let mut conn = database.connect().await;
    build(&mut conn).await;
    let before = read(&mut conn).await;
    for _ in 0..2 {
        run(&mut conn, "SET search_path = ''; SET check_function_bodies = off").await;
        let statements: Vec<String> = sqlx::query_scalar(PRINTED).fetch_all(&mut conn).await.unwrap();
        assert!(statements.len() > 500, "{}", statements.len());
        for statement in &statements {
            run(&mut conn, statement).await;
        }
        assert_equal(&before, &read(&mut conn).await);
    }
}
