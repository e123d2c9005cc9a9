//! `contract diff` between every kind of side, and `contract docs`.

use std::process::Command;

use ephemeral_postgres::{TestDatabase, TestServer};
use serde_json::Value;

use crate::support::{Project, stderr, stdout};

fn database() -> (tokio::runtime::Runtime, TestDatabase) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let server = runtime
        .block_on(TestServer::shared(|name| std::env::var_os(name)))
        .unwrap();
    let database = runtime.block_on(server.database()).unwrap();
    (runtime, database)
}

/// A repository whose first commit, `v1`, is the project as it comes, and whose work tree has two more migrations.
fn repository() -> Project {
    let project = Project::new();
    for arguments in [
        &["init", "-q"][..],
        &["add", "."],
        &[
            "-c",
            "user.name=x",
            "-c",
            "user.email=x",
            "commit",
            "-qm",
            "first",
        ],
        &["tag", "v1"],
    ] {
        let done = Command::new("git")
            .args(arguments)
            .current_dir(project.path())
            .status();
        assert!(done.unwrap().success(), "{arguments:?}");
    }
    project.write(
        "migrations/app/0011_name.up.sql",
        "ALTER TABLE users ALTER name TYPE varchar(80);\n",
    );
    project.write(
        "migrations/reports/0002_names.up.sql",
        "CREATE VIEW reports.names WITH (security_invoker = false) AS SELECT name FROM public.users;\n",
    );
    project
}

fn diff(project: &Project, before: &str, after: &str) -> (i32, String, String) {
    let output = project.run(&["contract", "diff", before, after]);
    (output.status.code().unwrap(), stdout(&output), stderr(&output))
}

#[test]
fn a_revision_and_the_work_tree_differ_by_the_migrations_between_them() {
    let project = repository();
    let (code, out, said) = diff(&project, "rev:v1", ".");
    assert_eq!(code, 5, "{said}");
    insta::assert_snapshot!(out);
    assert!(said.contains("error[contract/different]"), "{said}");

    // The other way round it is the old revision's migration that left what is expected: there is none.
    let (code, out, _) = diff(&project, ".", "rev:v1");
    assert_eq!(code, 5);
    assert!(
        out.contains("- view reports.names") && out.contains("by v1:migrations/app/0001_create_users.up.sql"),
        "{out}"
    );
    assert_eq!(diff(&project, "rev:v1", "rev:HEAD").0, 0);
    assert!(!project.has(".git/index.lock"));
}

#[test]
fn folders_databases_and_contracts_are_sides_too() {
    let project = repository();
    let (_runtime, database) = database();
    let url = database.url();
    assert!(
        project
            .run(&["migrate", "--yes", "--database-url", &url])
            .status
            .success()
    );
    let contract = "migrations/app.contract.snap";

    assert_eq!(
        diff(&project, ".", &url).0,
        0,
        "the ledger of a real database is no difference"
    );
    let (code, out, said) = diff(&project, contract, &url);
    assert_eq!(code, 5, "{said}");
    assert!(out.contains("type: text -> character varying(80)"), "{out}");
    assert!(
        !out.contains("reports"),
        "a contract speaks of its own component only: {out}"
    );
    assert_eq!(diff(&project, &url, &url).0, 0);

    project.write("one/1_a.sql", "CREATE TABLE a (id int);\n");
    project.write("two/1_a.sql", "CREATE TABLE a (id int);\n");
    assert_eq!(diff(&project, "one", "two").0, 0);
    project.write("two/2_b.sql", "CREATE TABLE b (id int);\n");
    let (code, out, _) = diff(&project, "one", "two");
    assert_eq!(code, 5);
    assert!(out.starts_with("+ table public.b, by two/2_b.sql\n"), "{out}");
}

#[test]
fn a_difference_is_one_document_for_programs() {
    let project = repository();
    let output = project.run(&["contract", "diff", "--json", "rev:v1", "."]);
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        (output.status.code(), &document["exit_code"]),
        (Some(5), &5.into())
    );
    assert_eq!(document["objects"][0]["object"], "table public.users");
    assert_eq!(
        document["objects"][0]["facts"][0]["migration"],
        "migrations/app/0011_name.up.sql"
    );

    let output = project.run(&["contract", "diff", "--json", ".", "rev:v2"]);
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(document["errors"][0]["code"], "git/no-revision");
    assert_eq!(document["exit_code"], 64);
}

#[test]
fn sides_that_mean_nothing_are_told_at_once() {
    let project = Project::new();
    let (code, out, said) = diff(&project, "nowhere", "no.snap");
    assert_eq!((code, out.as_str()), (64, ""));
    assert_eq!(said.matches("error[contract/no-side]").count(), 2, "{said}");
}

#[test]
fn pictures_and_a_dictionary_are_drawn_from_the_contracts() {
    let project = Project::new();
    let output = project.run(&["contract", "docs", "--out", "out/docs"]);
    assert!(output.status.success(), "{}", stderr(&output));
    let picture = project.read("out/docs/schema.svg");
    assert!(picture.starts_with("<svg ") && picture.contains(">posts<"));
    assert!(project.read("out/docs/schema.mmd").starts_with("erDiagram\n"));
    assert!(project.read("out/docs/dictionary.md").contains("### `posts`"));

    let output = Project::without_contracts().run(&["contract", "docs"]);
    assert_eq!(output.status.code(), Some(5));
    assert_eq!(stderr(&output).matches("error[contract/missing]").count(), 2);
}

#[test]
fn a_change_may_wait_for_a_review_in_the_way_of_insta() {
    let project = Project::new();
    let (contract, pending) = ("migrations/app.contract.snap", "migrations/app.contract.snap.new");
    let before = project.read(contract);
    project.write(
        "migrations/app/0011_name.up.sql",
        "ALTER TABLE users ADD COLUMN nick text;\n",
    );
    let output = project.run(&["contract", "accept", "--review"]);
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(
        stderr(&output).contains("proposed; app: 1 changed; reports: no change"),
        "{}",
        stderr(&output)
    );
    assert_eq!(project.read(contract), before, "nothing is recorded yet");
    // What `insta` makes of an accepted snapshot is that file under the other name.
    let proposed = project.read(pending);
    assert!(
        proposed.starts_with("---\nsource: db-fresh\nexpression: schema of app\n---\n"),
        "{proposed}"
    );
    assert!(!project.has("migrations/reports.contract.snap.new"));
    assert!(project.run(&["contract", "accept"]).status.success());
    assert_eq!(project.read(contract), proposed);
    assert!(!project.has(pending), "what was accepted waits no more");
}

#[test]
fn of_many_migrations_the_right_ones_are_found() {
    let project = Project::of(&[]);
    for number in 1..=40 {
        let create = format!("CREATE TABLE t{number} (id int);\n");
        project.write(&format!("before/{number}_t.sql"), &create);
        let also = match number {
            7 => "CREATE TABLE early (id int);\n",
            18 => "ALTER TABLE t3 ALTER id TYPE bigint;\n",
            19 => "ALTER TABLE t3 ALTER id TYPE numeric;\n",
            40 => "ALTER TABLE early ADD COLUMN late int;\nDROP TABLE t12;\n",
            _ => "",
        };
        project.write(&format!("after/{number}_t.sql"), &format!("{create}{also}"));
    }
    let (code, out, said) = diff(&project, "before", "after");
    assert_eq!(code, 5, "{said}");
    insta::assert_snapshot!(out);
}
