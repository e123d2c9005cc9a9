//! The keys and types of every JSON document, and of the lines of `--log json`.

use std::{collections::BTreeSet, process::Output};

use ephemeral_postgres::TestDatabase;
use serde_json::Value;

use super::{
    fixture::{program, run, text},
    shape::{Shape, lacking},
};
use crate::{
    reference::{Ended, database, sql},
    support::{Project, stderr, stdout},
};

/// What `documents/NAME.txt` records has to be there still, in what is printed now.
fn is_as_recorded(name: &str, now: &str) {
    let recorded = text(&format!("documents/{name}.txt"), now);
    let lacking = lacking(&recorded, now);
    assert!(
        lacking.is_empty(),
        "{name} no longer has {lacking:#?}\nbut\n{now}"
    );
}

/// A document that the program prints, which ends with this code.
pub(crate) fn document(name: &str, code: i32, ended: &Ended) {
    assert_eq!(ended.code, code, "{name}: {}{}", ended.stdout, ended.stderr);
    let document: Value = serde_json::from_str(&ended.stdout).unwrap();
    is_as_recorded(name, &lines(&document));
}

fn lines(document: &Value) -> String {
    Shape::of(document).lines().map(|line| line + "\n").collect()
}

fn proof(project: &Project, arguments: &[&str]) -> Ended {
    let all = [&["db-fresh", "--json"], arguments].concat();
    Ended::of(&program(project.path(), &all).env("CI", "true").output().unwrap())
}

/// A project with contracts, seeds, down scripts and a consumer.
fn project() -> Project {
    let project = Project::new();
    let config = project.read("db-fresh.toml");
    let consumer = "[[consumer]]\nname = \"site\"\nqueries = \"queries\"\nrun = true\n";
    project.write("db-fresh.toml", &format!("{config}\n{consumer}"));
    project.write("queries/names.sql", "SELECT name FROM users WHERE id = 1;\n");
    project
}

#[test]
fn of_a_proof() {
    let project = project();
    document("proof", 0, &proof(&project, &[]));
    document(
        "proof-of-a-folder",
        0,
        &proof(&project, &["--migrations", "migrations/app"]),
    );
}

#[test]
fn of_a_proof_that_keeps_its_database() {
    let ended = proof(&project(), &["--keep"]);
    let kept: Value = serde_json::from_str(&ended.stdout).unwrap();
    let stop = kept["kept"]["stop"].as_str().unwrap();
    let stopped = std::process::Command::new("sh")
        .args(["-c", stop])
        .status()
        .unwrap();
    assert!(stopped.success(), "{stop}");
    document("proof-kept", 0, &ended);
}

#[test]
fn of_proofs_that_fail() {
    let broken = |file: &str, text: &str| {
        let project = project();
        project.write(file, text);
        project
    };
    let project = broken(
        "migrations/app/0011_add_tags.up.sql",
        "ALTER TABLE posts\n    ADD COLUMN x tags;\n",
    );
    document("proof-broken-sql", 3, &proof(&project, &[]));
    let project = broken(
        "migrations/app/0011_add_title.up.sql",
        "ALTER TABLE posts ADD COLUMN title text;\n",
    );
    document("proof-broken-contract", 5, &proof(&project, &[]));
    let project = broken("queries/emails.sql", "SELECT email\n  FROM users;\n");
    document("proof-broken-query", 5, &proof(&project, &[]));
    let project = broken(
        "seeds/app/20_more.sql",
        "INSERT INTO users SELECT max(id) + 1, 'x' FROM users;\n",
    );
    document("proof-broken-seed", 6, &proof(&project, &[]));
    let project = broken("migrations/app/0010_index_posts.down.sql", "SELECT 1;\n");
    document("proof-broken-down-script", 3, &proof(&project, &[]));
    let project = broken(
        "migrations/app/0012_left_out.up.sql",
        "-- DEV/TEST ONLY\nSELECT 1;\n",
    );
    project.write("migrations/app/0012_again.up.sql", "SELECT 1;\n");
    document("proof-unfit-folder", 3, &proof(&project, &[]));
}

#[test]
fn of_plan_and_status() {
    let (project, database) = (Project::new(), database());
    let run = |arguments: &[&str]| run(project.path(), &database, arguments);
    document("plan", 0, &run(&["plan", "--json"]));
    assert_eq!(run(&["migrate", "--yes"]).code, 0);
    project.write("migrations/app/0011_more.up.sql", "-- DEV/TEST ONLY\nSELECT 1;\n");
    document(
        "status",
        0,
        &run(&["status", "--json", "--environment", "production"]),
    );
    project.write(
        "migrations/app/0001_create_users.up.sql",
        "CREATE TABLE users (id int);\n",
    );
    project.write("migrations/app/0005_late.up.sql", "SELECT 1;\n");
    document("plan-refused", 3, &run(&["plan", "--json"]));
    document("status-refused", 0, &run(&["status", "--json"]));
}

#[test]
fn of_drift_and_contract_diff() {
    let (project, database) = (Project::new(), database());
    let run = |arguments: &[&str]| run(project.path(), &database, arguments);
    assert_eq!(run(&["migrate", "--yes"]).code, 0);
    document("drift", 0, &run(&["drift", "--json"]));
    let url = database.url();
    let contract = "migrations/app.contract.snap";
    document(
        "contract-diff",
        0,
        &run(&["contract", "diff", contract, &url, "--json"]),
    );
    by_hand(&project, &database);
    document("drift-found", 5, &run(&["drift", "--json"]));
    document(
        "contract-diff-found",
        5,
        &run(&["contract", "diff", contract, &url, "--json"]),
    );
    document(
        "contract-diff-unknown",
        64,
        &run(&["contract", "diff", "nowhere", &url, "--json"]),
    );
}

fn by_hand(project: &Project, database: &TestDatabase) {
    let statements = "ALTER TABLE users ADD COLUMN note text; ALTER TABLE posts DROP COLUMN author CASCADE;
        CREATE INDEX tmp_name ON users (name); SELECT 'done'";
    sql(&database.options(), statements);
    let config = project.read("db-fresh.toml");
    let ignores = "[[ignore]]\npattern = \"table public.users / index tmp_* / *\"\nreason = \"for the import\"\n\
        [[ignore]]\npattern = \"table nothing\"\nreason = \"long gone\"\n";
    project.write("db-fresh.toml", &format!("{config}\n{ignores}"));
}

#[test]
fn of_redis_that_is_not_there() {
    let project = Project::new();
    let mut command = program(project.path(), &["redis-health", "--json", "--prefix", "stg:"]);
    let output = command
        .env("REDIS_URL", "redis://127.0.0.1:1/0")
        .output()
        .unwrap();
    document("redis-degraded", 0, &Ended::of(&output));
}

/// What is logged, each different line once: its level, its keys and their types.
fn log(output: &Output) -> String {
    let said = stderr(output);
    let lines: BTreeSet<_> = said
        .lines()
        .map(|line| {
            let line: Value = serde_json::from_str(line).unwrap_or_else(|_| panic!("no JSON: {line}"));
            let facts: Vec<_> = Shape::of(&line).lines().collect();
            format!("{}  {}\n", line["level"].as_str().unwrap(), facts.join("  "))
        })
        .collect();
    lines.into_iter().collect()
}

/// Lines may get more facts, not fewer.
fn log_is_as_recorded(name: &str, code: i32, output: &Output) {
    assert_eq!(
        output.status.code(),
        Some(code),
        "{name}: {}{}",
        stdout(output),
        stderr(output)
    );
    let now = log(output);
    let recorded = text(&format!("documents/log-{name}.txt"), &now);
    let facts = |line: &str| line.split("  ").map(ToOwned::to_owned).collect::<BTreeSet<_>>();
    let lines: Vec<_> = now.lines().map(facts).collect();
    for line in recorded.lines() {
        let is_there = lines.iter().any(|now| facts(line).is_subset(now));
        assert!(is_there, "{name} no longer logs\n{line}\nbut\n{now}");
    }
}

#[test]
fn of_log_lines() {
    let (project, database) = (project(), database());
    let url = database.url();
    let log = |name: &str, code: i32, arguments: &[&str]| {
        let all = [arguments, &["--log", "json"]].concat();
        let mut command = program(project.path(), &all);
        let output = command
            .env("CI", "true")
            .env("DATABASE_URL", &url)
            .output()
            .unwrap();
        log_is_as_recorded(name, code, &output);
    };
    log("proof", 0, &["db-fresh"]);
    log("provision", 0, &["provision", "--log-level", "debug"]);
    log("rollback", 0, &["rollback", "--yes"]);
    log("migrate", 0, &["migrate", "--yes"]);
    log("not-confirmed", 64, &["rollback"]);
    by_hand(&project, &database);
    log("drift", 5, &["drift"]);
    project.write("migrations/app/0011_broken.up.sql", "SELECT 1;\n\nSELEKT 2;\n");
    log("broken-sql", 3, &["migrate", "--yes"]);
    log("proof-broken-sql", 3, &["db-fresh"]);
}
