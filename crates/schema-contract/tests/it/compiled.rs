//! Records of `cargo sqlx prepare`: types are compared by what they are made of, whatever their names look like.

use std::path::PathBuf;

use schema_contract::consumers::{Query, read_sql_folder, read_sqlx_folder};

use crate::asking::{Asked, consumer};

const SCHEMA: &str = "CREATE TYPE mood AS ENUM ('happy', 'sad'); CREATE SCHEMA app; CREATE TYPE app.\"Kind\" AS ENUM ('a');
    CREATE DOMAIN small AS int CHECK (VALUE < 10); CREATE TYPE pair AS (x int, m mood[]);
    CREATE TYPE span AS RANGE (subtype = int4, multirange_type_name = spans);
    CREATE TABLE t (id int PRIMARY KEY, m mood NOT NULL, ms mood[] NOT NULL, k app.\"Kind\", p pair, r span, rs spans, n small, c char(3), l \"char\",
        v varchar(9)[], j jsonb, tv tsvector)";

/// A folder that is removed with the value.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str, text: &str) -> Self {
        let id = format!(
            "schema-contract-{}-{:?}",
            std::process::id(),
            std::thread::current().id()
        );
        let folder = std::env::temp_dir().join(id.replace(['(', ')'], "-"));
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join(name), text).unwrap();
        Self(folder)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn record(sql: &str, columns: &[(&str, &str)], parameters: &[&str]) -> Query {
    let columns = columns.iter().enumerate();
    let columns: Vec<String> = columns
        .map(|(at, (name, info))| format!(r#"{{"ordinal": {at}, "name": "{name}", "type_info": {info}}}"#))
        .collect();
    let json = format!(
        "\u{feff}{{\"db_name\": \"PostgreSQL\", \"query\": \"{sql}\", \"describe\": {{\"columns\": [{}], \
         \"parameters\": {{\"Left\": [{}]}}, \"nullable\": []}}, \"hash\": \"0\"}}",
        columns.join(", "),
        parameters.join(", ")
    );
    let folder = Folder::new("query-0.json", &json);
    read_sqlx_folder(&folder.0).unwrap().remove(0)
}

/// A query, its columns with their types, and the types of its parameters.
type Recorded<'s> = (&'s str, Vec<(&'s str, String)>, Vec<String>);

const MOOD: &str = r#"{"Custom": {"name": "mood", "kind": {"Enum": ["happy", "sad"]}}}"#;

fn custom(name: &str, kind: &str) -> String {
    format!(r#"{{"Custom": {{"name": "{name}", "kind": {kind}}}}}"#)
}

fn moods(name: &str) -> String {
    custom(name, &format!(r#"{{"Array": {MOOD}}}"#))
}

#[tokio::test]
async fn the_same_types_under_other_names_are_the_same() {
    let mut asked = Asked::new(SCHEMA).await;
    let pair = |array| {
        custom(
            "public.pair",
            &format!(r#"{{"Composite": [["x", "Int4"], ["m", {}]]}}"#, moods(array)),
        )
    };
    let kind = |name| custom(name, r#"{"Enum": ["a"]}"#);
    let small = custom("small", r#"{"Domain": "Int4"}"#);
    let span = custom("span", r#"{"Range": "Int4"}"#);
    let all: [Recorded<'_>; 9] = [
        (
            "SELECT m, ms FROM t",
            vec![("m", MOOD.into()), ("ms", moods("_mood"))],
            vec![],
        ),
        (
            "SELECT ms FROM t WHERE ms = $1",
            vec![("ms", moods("mood[]"))],
            vec![moods("public.mood[]")],
        ),
        (
            "SELECT k FROM t WHERE k = $1",
            vec![("k", kind(r#"app.\"Kind\""#))],
            vec![kind("Kind")],
        ),
        ("SELECT p FROM t", vec![("p", pair("_mood"))], vec![]),
        ("SELECT r FROM t", vec![("r", span)], vec![]),
        (
            "SELECT n FROM t WHERE n = $1::small",
            vec![("n", r#""Int4""#.into())],
            vec![small],
        ),
        (
            "SELECT c, l, v FROM t",
            vec![
                ("c", r#""Bpchar""#.into()),
                ("l", r#""Char""#.into()),
                ("v", r#""VarcharArray""#.into()),
            ],
            vec![],
        ),
        (
            "SELECT tv, j FROM t",
            vec![
                ("tv", custom("tsvector", r#""Simple""#)),
                ("j", r#""Jsonb""#.into()),
            ],
            vec![],
        ),
        // The driver knows no multiranges of others: nothing can be said, and nothing is said.
        (
            "SELECT rs FROM t",
            vec![("rs", custom("spans", r#""Simple""#))],
            vec![],
        ),
    ];
    for (sql, columns, parameters) in all {
        let columns: Vec<_> = columns
            .iter()
            .map(|(name, info)| (*name, info.as_str()))
            .collect();
        let parameters: Vec<_> = parameters.iter().map(String::as_str).collect();
        let query = record(sql, &columns, &parameters);
        assert_eq!(asked.check(&consumer(None), &[query]).await, [], "{sql}");
    }
}

#[tokio::test]
async fn what_changed_inside_of_a_type_is_told() {
    let pair = custom(
        "pair",
        &format!(r#"{{"Composite": [["x", "Int4"], ["m", {}]]}}"#, moods("_mood")),
    );
    let of_pair = record("SELECT p FROM t", &[("p", &pair)], &[]);
    let of_moods = record("SELECT ms FROM t", &[("ms", &moods("mood[]"))], &[]);
    let sends = record(
        "SELECT id FROM t WHERE ms = $1",
        &[("id", "\"Int4\"")],
        &[&moods("_mood")],
    );
    let small = custom("small", r#"{"Domain": "Int4"}"#);
    let of_small = record(
        "SELECT id FROM t WHERE n = $1::small",
        &[("id", "\"Int4\"")],
        &[&small],
    );
    let renamed = "ALTER TYPE mood RENAME VALUE 'sad' TO 'blue'";
    let added = "ALTER TYPE mood ADD VALUE 'blue'";
    let cases: [(&str, &Query, &[&str]); 8] = [
        (
            renamed,
            &of_moods,
            &[
                "column `ms` of type mood can no longer be sad",
                "column `ms` of type mood can now be blue, which it was not compiled with",
            ],
        ),
        (
            renamed,
            &sends,
            &["parameter $1 of type mood can no longer be sad"],
        ),
        (added, &sends, &[]),
        (
            added,
            &of_moods,
            &["column `ms` of type mood can now be blue, which it was not compiled with"],
        ),
        (
            added,
            &of_pair,
            &[
                "attribute `m` of column `p` of type pair of type mood can now be blue, which it was not compiled with",
            ],
        ),
        (
            "ALTER TYPE pair ADD ATTRIBUTE y text",
            &of_pair,
            &["the attributes of column `p` of type pair were x, m, now they are x, m, y"],
        ),
        (
            "ALTER TABLE t DROP p; ALTER TYPE pair ALTER ATTRIBUTE x TYPE bigint; ALTER TABLE t ADD p pair",
            &of_pair,
            &["attribute `x` of column `p` of type pair was int4, now it is int8"],
        ),
        (
            "ALTER TABLE t DROP n; DROP DOMAIN small; CREATE DOMAIN small AS bigint; ALTER TABLE t ADD n small",
            &of_small,
            &["parameter $1 of type small was int4, now it is int8"],
        ),
    ];
    for (change, query, expected) in cases {
        assert_eq!(changes(change, query).await, expected, "{change}");
    }
}

/// What is found in a query after a change before which it was fine.
async fn changes(change: &str, query: &Query) -> Vec<String> {
    let mut asked = Asked::new(SCHEMA).await;
    let query = std::slice::from_ref(query);
    assert_eq!(asked.check(&consumer(None), query).await, [], "{query:?}");
    asked.run(change).await;
    let findings = asked.check(&consumer(None), query).await;
    findings.into_iter().map(|finding| finding.message).collect()
}

#[tokio::test]
async fn a_byte_order_mark_is_no_syntax_error() {
    let mut asked = Asked::new(SCHEMA).await;
    let folder = Folder::new("a.sql", "\u{feff}SELECT id FROM t;\nSELECT gone FROM t;\n");
    let queries = read_sql_folder(&folder.0).unwrap();
    let findings = asked.check(&consumer(None), &queries).await;
    let places: Vec<_> = findings
        .iter()
        .map(|finding| (finding.place.line, finding.place.column))
        .collect();
    assert_eq!(places, [(Some(2), Some(8))]);
}
