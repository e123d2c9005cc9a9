//! The completeness gate: every column of every catalog table is either read or waived with a reason.
//!
//! A new server version that brings a new column or a new kind of object makes this fail until somebody decides.

use std::collections::HashSet;

use schema_contract::{Scope, snapshot};

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
