//! The completeness gate: every column of every catalog table is either read or waived with a reason.
//!
//! A new server version that brings a new column or a new kind of object makes this fail until somebody decides. A column that
//! is read somewhere may still be left out for some objects, so a comment and a grant are tried on every kind of object there is.

use std::collections::HashSet;

use schema_contract::{Scope, snapshot};
use sqlx::{AssertSqlSafe, Connection};

use crate::server;

const WAIVED: &str = include_str!("waived.txt");

/// The words of everything under `src/read`: a column that stands there is read.
fn words_read() -> HashSet<String> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/read");
    let mut words = HashSet::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        let is_word = |c: char| c == '_' || c.is_ascii_alphanumeric();
        words.extend(text.split(|c| !is_word(c)).map(str::to_owned));
    }
    words
}

fn unaccounted<'a>(columns: &'a [(String, String)], read: &HashSet<String>) -> Vec<&'a (String, String)> {
    let waivers = WAIVED.lines().filter(|line| !line.starts_with('#'));
    let waived: HashSet<&str> = waivers
        .map(|line| {
            let (column, reason) = line.split_once(' ').expect("a waiver has a reason");
            assert!(reason.trim().len() > 3, "{line}");
            column
        })
        .collect();
    let accounted = |(catalog, column): &(String, String)| {
        waived.contains(format!("{catalog}.*").as_str())
            || waived.contains(format!("{catalog}.{column}").as_str())
            || read.contains(catalog) && read.contains(column)
    };
    columns.iter().filter(|column| !accounted(column)).collect()
}

#[tokio::test]
async fn every_column_of_the_catalog_is_read_or_waived() {
    let database = server::database().await;
    let mut conn = database.connect().await;
    let sql = "SELECT c.relname::text, a.attname::text FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid \
               WHERE c.relnamespace = 'pg_catalog'::regnamespace AND c.relkind = 'r' AND a.attnum > 0 \
               AND NOT a.attisdropped AND c.oid < 16384 ORDER BY 1, 2";
    let columns: Vec<(String, String)> = sqlx::query_as(sql).fetch_all(&mut conn).await.unwrap();
    assert!(columns.len() > 400, "{}", columns.len());
    assert_eq!(
        unaccounted(&columns, &words_read()),
        Vec::<&(String, String)>::new()
    );
}

#[test]
fn a_column_that_nobody_thought_of_is_found() {
    let columns = [
        ("pg_class".to_owned(), "relkind".to_owned()),
        ("pg_class".to_owned(), "relnovelty".to_owned()),
        ("pg_novelty".to_owned(), "oid".to_owned()),
    ];
    let found: Vec<&str> = unaccounted(&columns, &words_read())
        .iter()
        .map(|(_, column)| column.as_str())
        .collect();
    assert_eq!(found, ["relnovelty", "oid"]);
}

#[tokio::test]
async fn an_object_of_an_unknown_kind_is_reported() {
    let database = server::database().await;
    let mut conn = database.connect().await;
    // No server has such a catalog yet, so a dependency is made up that one would have.
    let made_up = "INSERT INTO pg_depend VALUES ('pg_tablespace'::regclass, 99999, 0, 'pg_namespace'::regclass, 2200, 0, 'n')";
    sqlx::raw_sql(made_up).execute(&mut conn).await.unwrap();
    let text = snapshot(&mut conn, &Scope::default()).await.unwrap().to_text();
    assert!(text.contains("unmodelled pg_tablespace / objects = 1"), "{text}");
}

/// A comment on every object that a schema with one of every kind has, except for what only the server refers to, what goes
/// by the name of something else, and what an extension's script comments on.
const COMMENTS: &str = "INSERT INTO pg_description SELECT DISTINCT o.objid, o.classid, 0, format('comment on %s %s', o.classid::regclass, o.objid) \
     FROM pg_depend o WHERE o.objid >= 16384 \
     AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = o.classid AND d.objid = o.objid AND d.deptype = 'e') \
     AND NOT EXISTS (SELECT FROM pg_description d WHERE d.classoid = o.classid AND d.objoid = o.objid) \
     AND o.classid <> ALL (ARRAY['pg_attrdef', 'pg_amop', 'pg_amproc', 'pg_default_acl', 'pg_publication_rel', 'pg_user_mapping', 'pg_extension']::regclass[]) \
     AND NOT (o.classid = 'pg_class'::regclass AND EXISTS (SELECT FROM pg_class c WHERE c.oid = o.objid AND c.relkind IN ('t', 'c'))) \
     AND NOT (o.classid = 'pg_type'::regclass AND EXISTS (SELECT FROM pg_type t LEFT JOIN pg_class c ON c.oid = t.typrelid \
         WHERE t.oid = o.objid AND (t.typelem <> 0 OR c.relkind <> 'c'))) \
     AND NOT (o.classid = 'pg_trigger'::regclass AND EXISTS (SELECT FROM pg_trigger t WHERE t.oid = o.objid AND t.tgisinternal)) \
     AND NOT (o.classid = 'pg_rewrite'::regclass AND EXISTS (SELECT FROM pg_rewrite r WHERE r.oid = o.objid AND r.rulename = '_RETURN')) \
     AND NOT (o.classid IN ('pg_proc'::regclass, 'pg_cast'::regclass) AND EXISTS (SELECT FROM pg_depend d \
         WHERE d.classid = o.classid AND d.objid = o.objid AND d.deptype = 'i')) \
     AND NOT (o.classid = 'pg_class'::regclass AND EXISTS (SELECT FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid \
         WHERE i.indexrelid = o.objid AND c.relkind = 't')) RETURNING description";

#[tokio::test]
async fn a_comment_on_any_object_is_a_fact() {
    let database = server::database().await;
    let mut conn = database.connect().await;
    sqlx::raw_sql(include_str!("base.sql"))
        .execute(&mut conn)
        .await
        .unwrap();
    let comments: Vec<String> = sqlx::query_scalar(COMMENTS).fetch_all(&mut conn).await.unwrap();
    assert!(comments.len() > 50, "{}", comments.len());
    let text = snapshot(&mut conn, &Scope::default()).await.unwrap().to_text();
    let lines: HashSet<&str> = text
        .lines()
        .filter_map(|line| Some(line.split_once(" = ")?.1))
        .collect();
    let missing: Vec<&String> = comments
        .iter()
        .filter(|comment| !lines.contains(comment.as_str()))
        .collect();
    assert!(missing.is_empty(), "{missing:#?}");
}

/// The catalogs with privileges that belong to the whole server or keep what was granted at first.
const NOT_OF_A_DATABASE: [&str; 4] = [
    "pg_tablespace",
    "pg_parameter_acl",
    "pg_largeobject_metadata",
    "pg_init_privs",
];

/// One object of each kind, made by hand, by an extension and by `initdb`, as the key of its row.
fn one_of_each_kind(catalog: &str) -> String {
    let (key, kind) = match catalog {
        "pg_class" => ("oid", "relkind"),
        "pg_attribute" => (
            "attrelid",
            "(SELECT relkind FROM pg_class c WHERE c.oid = attrelid)",
        ),
        "pg_proc" => ("oid", "prokind"),
        // Arrays and rows of tables have no privileges of their own.
        "pg_type" => (
            "oid",
            "CASE WHEN typelem = 0 AND NOT EXISTS (SELECT FROM pg_class c WHERE c.oid = typrelid AND c.relkind <> 'c') THEN typtype END",
        ),
        "pg_default_acl" => ("oid", "defaclobjtype"),
        _ => ("oid", "'x'::\"char\""),
    };
    format!(
        "SELECT min({key}) FROM (SELECT {key}, {kind} AS kind, CASE WHEN {key} < 16384 THEN 1 WHEN EXISTS (SELECT FROM pg_depend d \
         WHERE d.objid = {key} AND d.deptype = 'e') THEN 2 ELSE 3 END AS origin FROM {catalog}) o WHERE kind IS NOT NULL \
         AND NOT ('{catalog}' IN ('pg_class', 'pg_attribute') AND kind IN ('i', 'I', 't', 'c') OR '{catalog}' = 'pg_attribute' AND kind = 'S') \
         AND NOT ('{catalog}' = 'pg_database' AND {key} <> (SELECT d.oid FROM pg_database d WHERE datname = current_database())) \
         AND NOT ('{catalog}' = 'pg_language' AND {key} = 12) GROUP BY kind, origin"
    )
}

#[tokio::test]
async fn a_grant_on_any_object_is_a_fact() {
    let database = server::database().await;
    let mut conn = database.connect().await;
    sqlx::raw_sql(include_str!("base.sql"))
        .execute(&mut conn)
        .await
        .unwrap();
    sqlx::raw_sql("ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO pg_signal_backend; CREATE EXTENSION file_fdw; CREATE EXTENSION pg_stat_statements")
        .execute(&mut conn)
        .await
        .unwrap();
    let sql = "SELECT attrelid::regclass::text, attname::text FROM pg_attribute JOIN pg_class c ON c.oid = attrelid \
               WHERE attrelid < 16384 AND relkind = 'r' AND atttypid = 'aclitem[]'::regtype ORDER BY 1";
    let columns: Vec<(String, String)> = sqlx::query_as(sql).fetch_all(&mut conn).await.unwrap();
    let before = snapshot(&mut conn, &Scope::default()).await.unwrap();
    let (mut unseen, mut tried) = (Vec::new(), 0);
    for (catalog, column) in columns {
        if NOT_OF_A_DATABASE.contains(&catalog.as_str()) {
            continue;
        }
        let keys: Vec<sqlx::postgres::types::Oid> =
            sqlx::query_scalar(AssertSqlSafe(one_of_each_kind(&catalog)))
                .fetch_all(&mut conn)
                .await
                .unwrap();
        for key in keys {
            let condition = if catalog == "pg_attribute" {
                "attnum = 1 AND attrelid"
            } else {
                "oid"
            };
            let update = format!(
                "UPDATE {catalog} SET {column} = coalesce({column}, '{{}}') || format('pg_read_all_stats=arwXUCc/%I', current_user)::aclitem WHERE {condition} = {}",
                key.0
            );
            let mut changing = conn.begin().await.unwrap();
            sqlx::raw_sql(AssertSqlSafe(update))
                .execute(&mut *changing)
                .await
                .unwrap();
            let after = snapshot(&mut changing, &Scope::default()).await.unwrap();
            changing.rollback().await.unwrap();
            tried += 1;
            if after == before {
                unseen.push(format!("{catalog} {}", key.0));
            }
        }
    }
    assert!(
        tried > 25 && unseen.is_empty(),
        "{tried} tried, unseen: {unseen:#?}"
    );
}
