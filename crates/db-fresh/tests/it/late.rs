//! `db-fresh --prove-late`: a migration that comes late is harmless, or it is not.

use std::process::Command;

use crate::support::{Project, stderr, stdout};

const CONFIG: &str = "[[component]]\nname = \"app\"\n";

/// A repository with two migrations, and between them the number 2 is free.
fn repository() -> Project {
    let project = Project::of(&[
        ("db-fresh.toml", CONFIG),
        (
            "migrations/app/0001_users.sql",
            "CREATE TABLE users (id bigint PRIMARY KEY);\n",
        ),
        (
            "migrations/app/0003_roles.sql",
            "ALTER TABLE users ADD COLUMN role text NOT NULL DEFAULT 'reader';\n\
             DO $$ BEGIN IF to_regclass('audit') IS NOT NULL THEN CREATE INDEX audit_at ON audit (at); END IF; END $$;\n",
        ),
    ]);
    for arguments in [
        vec!["init", "-q", "-b", "main"],
        vec!["add", "."],
        vec![
            "-c",
            "user.name=t",
            "-c",
            "user.email=t",
            "commit",
            "-q",
            "-m",
            "first",
        ],
    ] {
        let ended = Command::new("git")
            .current_dir(project.path())
            .args(&arguments)
            .status();
        assert!(ended.unwrap().success(), "{arguments:?}");
    }
    let accepted = project.run(&["contract", "accept"]);
    assert!(accepted.status.success(), "{}", stderr(&accepted));
    project
}

/// What the step says, and how the run ended.
fn step(project: &Project, arguments: &[&str]) -> (i32, String) {
    let mut all = vec!["--prove-late"];
    all.extend(arguments);
    let (code, document) = project.proof(&all);
    let steps = document["steps"].as_array().unwrap();
    let late = steps.iter().find(|step| step["name"] == "late");
    let detail = late.map(|step| step["detail"].as_str().unwrap().to_owned());
    (code, detail.unwrap_or_default())
}

#[test]
fn what_does_the_same_in_both_orders_is_proven_harmless() {
    let project = repository();
    assert_eq!(step(&project, &[]), (0, "nothing comes late".into()));
    project.write(
        "migrations/app/0002_names.sql",
        "ALTER TABLE users ADD COLUMN name text;\n",
    );
    let accepted = project.run(&["contract", "accept"]);
    assert!(accepted.status.success(), "{}", stderr(&accepted));
    let (code, detail) = step(&project, &[]);
    assert_eq!(
        (code, detail.as_str()),
        (
            0,
            "the same schema in both orders, but for the order of columns in table public.users: 0002_names.sql"
        )
    );
}

#[test]
fn what_makes_another_schema_when_it_comes_late_is_refused_with_the_difference() {
    let project = repository();
    project.write(
        "migrations/app/0002_audit.sql",
        "CREATE TABLE audit (at timestamptz);\n",
    );
    let (code, document) = project.proof(&["--prove-late"]);
    assert_eq!(code, 3);
    let error = &document["errors"][0];
    assert_eq!(error["code"], "late/order-matters");
    assert!(error.to_string().contains("audit_at"), "{error}");
}

#[test]
fn what_fails_when_it_comes_late_is_told_with_the_order() {
    let project = repository();
    project.write(
        "migrations/app/0002_roles.sql",
        "ALTER TABLE users ADD COLUMN role text;\n",
    );
    project.write(
        "migrations/app/0003_roles.sql",
        "ALTER TABLE users ADD COLUMN IF NOT EXISTS role text;\n",
    );
    let (code, document) = project.proof(&["--prove-late", "0002_roles.sql"]);
    assert_eq!(code, 3);
    let error = &document["errors"][0];
    assert_eq!(error["code"], "migration/sql");
    assert!(
        error
            .to_string()
            .contains("all others first, then 0002_roles.sql"),
        "{error}"
    );
}

#[test]
fn files_and_the_revision_can_be_named_and_are_checked() {
    let project = repository();
    let (code, detail) = step(&project, &["0003_roles.sql"]);
    assert_eq!(
        (code, detail.as_str()),
        (0, "the same schema in both orders: 0003_roles.sql")
    );
    assert_eq!(
        step(&project, &["--base", "HEAD"]),
        (0, "nothing comes late".into())
    );
    for arguments in [
        ["db-fresh", "--prove-late", "0007.sql", "--json"],
        ["db-fresh", "--prove-late", "--base=gone", "--json"],
    ] {
        let output = project.run(&arguments);
        assert_eq!(output.status.code(), Some(64), "{}", stdout(&output));
    }
}
