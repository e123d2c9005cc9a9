//! What a person reads: whole commands with their exit codes, times and numbers taken out.

use regex_lite::Regex;

use crate::support::{Project, stderr, stdout};

fn steady(text: &str) -> String {
    let mut text = text.to_owned();
    for (pattern, to) in [
        (r"\d{4}-\d\d-\d\dT[\d:.]+Z", "[time]"),
        (r"[ \d.]{3,4}\d ms\b|[ \d.]{4,5}\d s\b", "[took]"),
        (r"\(\d+ ms\)|\([\d.]+ s\)", "([took])"),
        (r"PostgreSQL \d+\.\d+", "PostgreSQL [version]"),
        (r"sha256:[0-9a-f]{64}", "sha256:[digest]"),
    ] {
        text = Regex::new(pattern).unwrap().replace_all(&text, to).into_owned();
    }
    text
}

fn whole(project: &Project, arguments: &[&str]) -> String {
    let output = project.run(arguments);
    let code = output.status.code().unwrap();
    steady(&format!(
        "exit code: {code}\n--- stdout ---\n{}--- stderr ---\n{}",
        stdout(&output),
        stderr(&output)
    ))
}

#[test]
fn a_proof() {
    insta::assert_snapshot!(whole(&Project::new(), &["db-fresh"]));
}

#[test]
fn broken_sql() {
    let project = Project::new();
    project.write(
        "migrations/app/0011_add_tags.up.sql",
        "-- Tags come with the next release.\nALTER TABLE posts\n    ADD COLUMN tag bigint REFERENCES tags;\n",
    );
    project.write(
        "migrations/app/0012_create_tags.up.sql",
        "CREATE TABLE tags (id bigint PRIMARY KEY);\n",
    );
    insta::assert_snapshot!(whole(&project, &["db-fresh"]));
}

#[test]
fn a_broken_contract() {
    let project = Project::new();
    project.write(
        "migrations/app/0011_add_title.up.sql",
        "ALTER TABLE posts ADD COLUMN title text;\n",
    );
    insta::assert_snapshot!(whole(&project, &["contract", "check"]));
}

#[test]
fn the_help() {
    insta::assert_snapshot!(whole(&Project::new(), &["--help"]));
}
