//! Consumers whose files lie in another checkout or at another revision: the application that still runs.

use std::process::Command;

use crate::support::{Project, codes};

fn git(project: &Project, arguments: &[&str]) {
    let done = Command::new("git")
        .args(arguments)
        .current_dir(project.path())
        .status();
    assert!(done.unwrap().success(), "{arguments:?}");
}

fn commit(project: &Project, tag: &str) {
    git(project, &["init", "-q"]);
    git(project, &["add", "."]);
    let identity = ["-c", "user.name=x", "-c", "user.email=x"];
    git(project, &[&identity[..], &["commit", "-qm", tag]].concat());
    git(project, &["tag", tag]);
}

fn consumer(project: &Project, keys: &str) {
    let config = project.read("db-fresh.toml");
    let config = config.split("\n[[consumer]]").next().unwrap();
    let consumer = format!("{config}\n[[consumer]]\nname = \"feed\"\nqueries = \"queries\"\n{keys}\n");
    project.write("db-fresh.toml", &consumer);
}

/// Version 1 of the application reads a column that the newest migration renames; the work tree no longer does.
fn moved_on() -> Project {
    let project = Project::new();
    project.write("queries/names.sql", "SELECT id,\n  name FROM users;\n");
    commit(&project, "v1");
    project.write("queries/names.sql", "SELECT id, full_name FROM users;\n");
    project.write(
        "migrations/app/0011_rename.up.sql",
        "ALTER TABLE users RENAME name TO full_name;\n",
    );
    project.write(
        "migrations/app/0011_rename.down.sql",
        "ALTER TABLE users RENAME full_name TO name;\n",
    );
    assert!(project.run(&["contract", "accept"]).status.success());
    project
}

#[test]
fn the_application_that_still_runs_is_checked_against_the_schema_to_come() {
    let project = moved_on();
    consumer(&project, "");
    assert_eq!(project.proof(&[]).0, 0, "the work tree fits");
    consumer(&project, "revision = \"v1\"");
    let (code, document) = project.proof(&[]);
    assert_eq!(
        (code, codes(&document)),
        (5, vec!["query/broken".to_owned()]),
        "{document}"
    );
    let error = &document["errors"][0];
    assert_eq!(error["where"]["file"], "v1:queries/names.sql");
    assert_eq!(error["where"]["line"], 2);
    assert!(
        error["facts"].to_string().contains("0011_rename.up.sql"),
        "{error}"
    );
    assert!(
        project.read("queries/names.sql").contains("full_name"),
        "the work tree is left alone"
    );
}

#[test]
fn a_consumer_may_be_another_checkout_and_a_revision_of_it() {
    let project = moved_on();
    let other = Project::of(&[("queries/names.sql", "SELECT name FROM users;\n")]);
    commit(&other, "v1.4");
    other.write("queries/names.sql", "SELECT full_name FROM users;\n");
    let checkout = format!("checkout = \"{}\"", other.path().display());
    consumer(&project, &checkout);
    assert_eq!(project.proof(&[]).0, 0);
    consumer(&project, &format!("{checkout}\nrevision = \"v1.4\""));
    let (code, document) = project.proof(&[]);
    assert_eq!((code, codes(&document)), (5, vec!["query/broken".to_owned()]));
    let file = document["errors"][0]["where"]["file"].as_str().unwrap();
    assert!(file.ends_with("@v1.4:queries/names.sql"), "{file}");
}

#[test]
fn what_is_not_there_is_told_before_a_server_is_started() {
    let project = moved_on();
    for (keys, code, exit) in [
        ("revision = \"v7\"", "git/no-revision", 64),
        (
            "revision = \"v1\"\nexpectations = \"none.toml\"",
            "config/consumer",
            5,
        ),
        ("checkout = \"../nowhere\"", "config/consumer", 5),
    ] {
        consumer(&project, keys);
        let (ended, document) = project.proof(&[]);
        assert_eq!(
            (ended, codes(&document)),
            (exit, vec![code.to_owned()]),
            "{document}"
        );
        assert!(document["postgres"].is_null());
    }
}
