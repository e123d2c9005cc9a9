//! Mermaid's own parser takes every diagram, whatever the names in it.
//!
//! `cargo xtask setup` installs it from npm; without it these tests say that they were skipped, unless `DB_FRESH_REQUIRE` names
//! `mermaid`.

use std::{
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use proptest::{
    collection::vec,
    prop_oneof,
    sample::select,
    strategy::{Strategy, ValueTree},
    test_runner::TestRunner,
};
use schema_contract::{
    Scope,
    docs::{Group, mermaid},
    snapshot,
};

use crate::asking::Asked;

/// Words that Mermaid gives a meaning to, and signs that it does not take.
const WORDS: [&str; 44] = [
    "class",
    "end",
    "to",
    "one",
    "many",
    "pk",
    "PK",
    "fk",
    "uk",
    "u",
    "erDiagram",
    "title",
    "accTitle",
    "accDescr",
    "direction",
    "TB",
    "style",
    "classDef",
    "subgraph",
    "only",
    "zero",
    "or",
    "more",
    "optionally",
    "is",
    "default",
    "1",
    "42",
    "1a",
    "_",
    "a_b",
    "a b",
    "a.b",
    "größe",
    "日本",
    "__proto__",
    "constructor",
    "%%",
    "{",
    "]",
    "\"",
    "#59;",
    "---",
    "\\",
];
const SIGNS: [&str; 16] = [
    "\n",
    "\r",
    "\t",
    "\u{2028}",
    "|",
    "o{",
    "||--o{",
    ":",
    ";",
    "<b>",
    "`",
    "'",
    "%%{init: {}}%%",
    "(",
    "-",
    "\u{1}",
];

/// Where `cargo xtask setup` puts it.
fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/mermaid")
}

/// What the parser says about those that it refuses; nothing where it is not here.
#[expect(clippy::print_stderr, reason = "a test that does not run says so")]
fn refused(diagrams: &[String]) -> Option<String> {
    if !folder().join("node_modules/mermaid").is_dir() {
        let required = std::env::var("DB_FRESH_REQUIRE").unwrap_or_default();
        assert!(
            !required.contains("mermaid"),
            "Mermaid is not installed: `cargo xtask setup`"
        );
        eprintln!("skipped: Mermaid is not installed: `cargo xtask setup`");
        return None;
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("checks/mermaid.mjs");
    let mut node = Command::new("node")
        .arg(script)
        .arg(folder())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let text = serde_json::to_string(diagrams).unwrap();
    node.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let output = node.wait_with_output().unwrap();
    assert!(output.status.success());
    Some(String::from_utf8(output.stdout).unwrap().trim().to_owned())
}

/// The diagrams of tables with these names in the schema `public`, and of ones with columns and types of these names.
async fn diagrams(asked: &mut Asked, names: &[String]) -> [String; 2] {
    let quoted = |name: &String| format!("\"{}\"", name.replace('"', "\"\""));
    let tables = names
        .iter()
        .map(quoted)
        .map(|name| format!("CREATE TABLE {name} (id int PRIMARY KEY, {name} int REFERENCES {name});"));
    let types = names.iter().map(quoted).enumerate().map(|(at, name)| {
        format!(
            "CREATE DOMAIN {name} AS int; CREATE TABLE t{at} ({name} {name} PRIMARY KEY, other {name}[]);"
        )
    });
    [
        drawn(asked, &names[0], tables.collect()).await,
        drawn(asked, &names[0], types.collect()).await,
    ]
}

async fn drawn(asked: &mut Asked, name: &str, schema: String) -> String {
    asked
        .run("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        .await;
    asked.run(&schema).await;
    let found = snapshot(&mut asked.conn, &Scope::default()).await.unwrap();
    mermaid(&[Group {
        name,
        snapshot: &found,
    }])
}

#[tokio::test]
async fn every_diagram_is_taken() {
    if refused(&[]).is_none() {
        return;
    }
    let mut asked = Asked::new("SELECT").await;
    let odd = prop_oneof![
        3 => select(&WORDS[..]).prop_map(str::to_owned),
        1 => vec(prop_oneof![select(&WORDS[..]), select(&SIGNS[..])], 1..4).prop_map(|parts| parts.concat()),
        1 => "\\PC{1,9}",
    ];
    let mut runner = TestRunner::deterministic();
    let mut all = Vec::new();
    for names in WORDS.chunks(8) {
        let names: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
        all.extend(diagrams(&mut asked, &names).await);
    }
    for _ in 0..40 {
        let mut names = vec(odd.clone(), 4).new_tree(&mut runner).unwrap().current();
        // Two names that Mermaid would take for one, and no name twice.
        names.extend(["auth.users".to_owned(), "auth_users".to_owned()]);
        names.retain(|name| name.len() < 60 && !name.starts_with("pg_") && name != "id" && name != "other");
        names.sort();
        names.dedup();
        all.extend(diagrams(&mut asked, &names).await);
    }
    assert_eq!(refused(&all).unwrap(), "");
    assert_ne!(
        refused(&["erDiagram\n    end {\n    }\n".to_owned()]).unwrap(),
        ""
    );
}
