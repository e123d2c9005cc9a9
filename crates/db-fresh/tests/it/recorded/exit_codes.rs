//! Exit codes of situations that no other test makes occur.

use std::{
    io::{BufRead, BufReader},
    process::{Command, Stdio},
};

use super::fixture::{program, run, text};
use crate::{
    reference::{database, sql},
    support::Project,
};

/// Situations with their codes, as `exit-codes.txt` has them: one a line.
fn codes_are_as_recorded(file: &str, now: &[(String, i32)]) {
    let now: String = now
        .iter()
        .map(|(situation, code)| format!("{code:<3}  {situation}\n"))
        .collect();
    let recorded = text(file, &now);
    assert_eq!(now, recorded);
}

/// What was the default of `guard` when the codes were recorded.
const VERSION_TABLE: &str = "
[guard]
table = \"bot_config\"
key = \"schema_version\"
key_column = \"config_key\"
value_column = \"config_value\"
environment_column = \"environment\"
";

#[test]
fn on_a_real_database() {
    let (project, database) = (Project::new(), database());
    project.write("db-fresh.toml", &(project.read("db-fresh.toml") + VERSION_TABLE));
    let mut found = Vec::new();
    let mut add = |situation: &str, arguments: &[&str]| {
        let ended = run(project.path(), &database, arguments);
        found.push((format!("{}: {situation}", arguments.join(" ")), ended.code));
    };
    add("not confirmed", &["migrate"]);
    add("nothing is applied", &["guard", "--app-version", "1.0.0"]);
    add("nothing is interrupted", &["resume", "--yes"]);
    add("with --yes", &["migrate", "--yes"]);
    add("not confirmed", &["rollback"]);
    add(
        "not confirmed",
        &["smoke", "--version", "0001", "--component", "app"],
    );
    add("not confirmed", &["export", "--to", "sqlx", "--component", "app"]);
    add(
        "it is not interrupted",
        &["abandon", "0001_create_users.up.sql", "--yes"],
    );
    add(
        "it is applied already",
        &["mark-applied", "0001_create_users.up.sql", "--yes"],
    );
    add(
        "no such version",
        &["rollback", "--to", "77", "--yes", "--component", "app"],
    );
    add("no such component", &["status", "--component", "nothing"]);
    add("no such level", &["wait", "--level", "perfect"]);
    add("no table of versions", &["guard", "--app-version", "1.0.0"]);
    add("no version", &["guard", "--app-version", "one"]);
    add("a file that is not there", &["status", "--env", "nowhere.env"]);
    add("all is there", &["preflight"]);
    add("all is there", &["wait", "--level", "writable"]);
    add("all is there", &["seed"]);
    add("no such revision", &["contract", "diff", "rev:nothing", "."]);
    codes_are_as_recorded("exit-codes/real-database.txt", &found);
}

#[test]
fn of_what_is_broken() {
    let (project, database) = (Project::new(), database());
    let mut found = Vec::new();
    let mut add = |situation: &str, arguments: &[&str]| {
        let ended = run(project.path(), &database, arguments);
        found.push((format!("{}: {situation}", arguments.join(" ")), ended.code));
    };
    add("with --yes", &["migrate", "--yes"]);
    project.write("seeds/app/20_broken.sql", "INSERT INTO nobody VALUES (1);\n");
    add("a seed is broken", &["seed"]);
    add("a seed is broken", &["provision"]);
    add("a seed is broken", &["provision", "--require-seed"]);
    std::fs::remove_file(
        project
            .path()
            .join("migrations/reports/0001_create_reports.down.sql"),
    )
    .unwrap();
    add("no down script", &["rollback", "--yes"]);
    project.write(
        "migrations/reports/0001_create_reports.down.sql",
        "DROP VIEW nothing;\n",
    );
    add("a down script is broken", &["rollback", "--yes"]);
    std::fs::remove_file(project.path().join("migrations/app.contract.snap")).unwrap();
    add("no contract is recorded", &["drift"]);
    add("no contract is recorded", &["contract", "docs"]);
    project.write("migrations/app.contract.snap", "nonsense\n");
    add("a contract is damaged", &["drift"]);
    let config = project.read("db-fresh.toml");
    project.write(
        "db-fresh.toml",
        &format!(
            "{config}\n[preflight]\nvariables = [\"DB_FRESH_NOT_SET\"]\nprograms = [\"no-such-program\"]\n"
        ),
    );
    add("a variable and a program are missing", &["preflight"]);
    project.write(
        "db-fresh.toml",
        &format!("{config}\n[preflight]\nprograms = [\"no-such-program\"]\n"),
    );
    add("a program is missing", &["preflight"]);
    sql(
        &database.options(),
        "DROP TABLE schema_migrations; CREATE TABLE schema_migrations (version bigint, dirty boolean); SELECT 'done'",
    );
    project.write("db-fresh.toml", &config);
    add("the ledger is another tool's", &["status"]);
    codes_are_as_recorded("exit-codes/broken.txt", &found);
}

#[test]
fn of_signals() {
    let project = Project::new();
    let found: Vec<_> = ["INT", "TERM", "HUP"]
        .map(|signal| {
            let mut command = program(
                project.path(),
                &["db-fresh", "--", "sh", "-c", "echo here; exec sleep 60"],
            );
            let mut child = command
                .env("CI", "true")
                .stdout(Stdio::piped())
                .stderr(Stdio::null())
                .spawn()
                .unwrap();
            let mut line = String::new();
            BufReader::new(child.stdout.take().unwrap())
                .read_line(&mut line)
                .unwrap();
            let kill = Command::new("kill")
                .args(["-s", signal, &child.id().to_string()])
                .status();
            assert!(kill.unwrap().success());
            (format!("SIG{signal}"), child.wait().unwrap().code().unwrap())
        })
        .into();
    codes_are_as_recorded("exit-codes/signals.txt", &found);
}
