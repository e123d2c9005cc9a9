//! Variables: of the process, of the file of `--env`, and `--variable NAME=VALUE` for folders with placeholders.

use std::{ffi::OsStr, os::unix::ffi::OsStrExt};

use crate::{
    reference::{database, sql},
    support::{Project, stderr, stdout},
};

#[test]
fn a_value_by_flag_goes_into_the_migrations_and_wins_over_the_environment() {
    let project = Project::of(&[(
        "migrations/V1__rooms.sql",
        "CREATE TABLE ${table} (id int);\nCOMMENT ON TABLE ${table} IS '${note}';\n",
    )]);
    let database = database();
    let url = database.url();
    let arguments = [
        "migrate",
        "--migrations",
        "migrations",
        "--database-url",
        &url,
        "--yes",
    ];
    let without = project.run(&arguments);
    assert_eq!(without.status.code(), Some(3));
    assert!(
        stderr(&without).contains("migration/missing-variable"),
        "{}",
        stderr(&without)
    );
    let mut given = arguments.to_vec();
    given.extend(["--variable", "table=rooms", "--variable", "note=a=b"]);
    let with = project
        .command(&given)
        .env("note", "of the environment")
        .output()
        .unwrap();
    assert!(with.status.success(), "{}", stderr(&with));
    let note = sql(&database.options(), "SELECT obj_description('rooms'::regclass)");
    assert_eq!(note, ["a=b"]);
    given.extend(["--variable", "nameless"]);
    assert_eq!(project.run(&given).status.code(), Some(64));
}

fn project() -> Project {
    let config = "[[component]]\nname = \"one\"\n[[component]]\nname = \"two\"\n\
        [guard]\ntable = \"settings\"\nkey = \"schema\"\nkey_column = \"name\"\nvalue_column = \"value\"\n";
    Project::of(&[
        ("db-fresh.toml", config),
        ("migrations/one/0001_a.up.sql", "CREATE TABLE a (id int);\n"),
        ("migrations/two/0001_b.up.sql", "CREATE TABLE b (id int);\n"),
    ])
}

#[test]
fn the_level_of_output_may_stand_in_the_file() {
    let project = project();
    let said = |text: &str, arguments: &[&str]| {
        project.write("of.env", text);
        let all = [&["preflight", "--env", "of.env"], arguments].concat();
        let output = project.run(&all);
        (output.status.code().unwrap(), stderr(&output))
    };
    assert!(said("A=1\n", &[]).1.contains("fit to run"));
    assert_eq!(said("LOG_LEVEL=Error\n", &[]), (0, String::new()));
    assert!(
        said("LOG_LEVEL=error\n", &["--log-level", "info"])
            .1
            .contains("fit to run")
    );
    let (code, text) = said("LOG_LEVEL=loud\n", &[]);
    assert_eq!(code, 64, "{text}");
    assert!(
        text.contains(
            "error[config/unknown-level]: LOG_LEVEL in of.env has to be one of error, warn, info, debug"
        ),
        "{text}"
    );
    assert_eq!(said("LOG_LEVEL=loud\n", &["--log-level", "info"]).0, 0);
    let mut of_process = project.command(&["preflight", "--env", "of.env"]);
    let output = of_process.env("LOG_LEVEL", "error").output().unwrap();
    assert_eq!(
        (output.status.code(), stderr(&output).as_str()),
        (Some(0), ""),
        "what is set already wins"
    );
}

#[test]
fn the_component_may_stand_in_the_file() {
    let project = project();
    project.write("of.env", "MIGRATION_COMPONENT=two\n");
    let output = project.run(&["new", "more", "--env", "of.env"]);
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(project.has("migrations/two/0002_more.up.sql"));
    let output = project.run(&["new", "more", "--env", "of.env", "--component", "one"]);
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(project.has("migrations/one/0002_more.up.sql"));
    let database = database();
    let output = project.run(&[
        "migrate",
        "--yes",
        "--env",
        "of.env",
        "--database-url",
        &database.url(),
    ]);
    assert!(output.status.success(), "{}", stderr(&output));
    let there = sql(
        &database.options(),
        "SELECT concat(to_regclass('a'), ' ', to_regclass('b'))",
    );
    assert_eq!(there, [" b"]);
}

#[test]
fn the_version_of_the_application_may_stand_in_the_file() {
    let (project, database) = (project(), database());
    sql(
        &database.options(),
        "CREATE TABLE settings (name text PRIMARY KEY, value jsonb NOT NULL);
         INSERT INTO settings VALUES ('schema', '{\"version\": \"1.3.0\"}'); SELECT 'done'",
    );
    let guard = |text: &str, arguments: &[&str]| {
        project.write("of.env", text);
        let url = database.url();
        let all = [&["guard", "--env", "of.env", "--database-url", &url], arguments].concat();
        project.run(&all).status.code().unwrap()
    };
    assert_eq!(guard("APP_SCHEMA_VERSION=1.3.0\n", &[]), 0);
    assert_eq!(guard("APP_SCHEMA_VERSION=2.0.0\n", &[]), 5);
    assert_eq!(
        guard("APP_SCHEMA_VERSION=2.0.0\n", &["--app-version", "1.3.0"]),
        0
    );
    assert_eq!(guard("A=1\n", &[]), 64);
    assert_eq!(guard("APP_SCHEMA_VERSION=\n", &[]), 64);
}

#[test]
fn a_variable_that_is_not_text_is_named() {
    let project = project();
    for name in ["APP_ENV", "LOG_LEVEL", "MIGRATION_COMPONENT"] {
        let output = project
            .command(&["preflight"])
            .env(name, OsStr::from_bytes(b"\xff"))
            .output()
            .unwrap();
        let said = stderr(&output);
        assert_eq!(output.status.code(), Some(64), "{name}: {said}");
        assert!(
            said.contains("error[config/not-text]") && said.contains(name),
            "{name}: {said}"
        );
    }
}

#[test]
fn help_names_the_variables_that_stand_in_for_flags() {
    let project = project();
    for (command, variables) in [
        (
            "migrate",
            &["APP_ENV", "LOG_LEVEL", "MIGRATION_COMPONENT", "DATABASE_URL"][..],
        ),
        ("new", &["MIGRATION_COMPONENT"]),
        ("guard", &["APP_SCHEMA_VERSION", "APP_ENV"]),
        ("redis-health", &["APP_ENV", "REDIS_URL"]),
    ] {
        let help = stdout(&project.run(&[command, "--help"]));
        // Long lines are broken anywhere.
        let help = help.split_whitespace().collect::<Vec<_>>().join(" ");
        for name in variables {
            assert!(
                help.contains(&format!("[env: {name}]")),
                "{command}: {name}\n{help}"
            );
        }
    }
}
