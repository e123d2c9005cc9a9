//! What a message says to do helps with what went wrong.

use std::{
    net::TcpListener,
    os::unix::fs::symlink,
    thread,
    time::{Duration, Instant},
};

use crate::{
    reference::{database, sql},
    support::{Project, stderr, stdout},
};

/// The exit code of a command on a database, and what it says.
fn said(project: &Project, url: &str, arguments: &[&str]) -> (i32, String) {
    let mut command = project.command(arguments);
    command.env("DATABASE_URL", url).env("APP_ENV", "development");
    let output = command.env("DB_TIMEOUT", "2000").output().unwrap();
    (output.status.code().unwrap(), stderr(&output))
}

const MIGRATE: [&str; 2] = ["migrate", "--yes"];

#[test]
fn a_migration_that_removes_the_ledger_is_told_so() {
    for removes in [
        "DROP TABLE schema_migrations",
        "ALTER TABLE schema_migrations RENAME TO old",
    ] {
        let project = Project::of(&[
            ("migrations/0001_a.sql", "CREATE TABLE a (id int);"),
            ("migrations/0002_b.sql", removes),
        ]);
        let database = database();
        let (code, said) = said(&project, database.url().as_str(), &MIGRATE);
        assert_eq!(code, 3, "{said}");
        assert!(said.contains("removes or renames the ledger"), "{said}");
        assert!(
            said.contains("`[ledger] schema`") && !said.contains("--prelude"),
            "{said}"
        );
    }
}

#[test]
fn a_setting_that_does_not_exist_is_no_object_of_a_platform() {
    let project = Project::of(&[(
        "migrations/0001_a.sql",
        "SELECT set_config('nowhere', 'x', false);",
    )]);
    let database = database();
    let (code, said) = said(&project, database.url().as_str(), &MIGRATE);
    assert_eq!(code, 3, "{said}");
    assert!(said.contains("42704") && !said.contains("--prelude"), "{said}");
}

#[test]
fn an_edited_migration_in_a_disposable_database_is_dropped_with_it() {
    let project = Project::of(&[("migrations/0001_a.sql", "CREATE TABLE a (id int);")]);
    let database = database();
    let url = database.url();
    assert_eq!(said(&project, url.as_str(), &MIGRATE).0, 0);
    project.write("migrations/0001_a.sql", "CREATE TABLE a (id bigint);");
    let (code, said) = said(&project, url.as_str(), &MIGRATE);
    assert_eq!(code, 3, "{said}");
    assert!(
        said.contains("disposable, drop and create it, and run `db-fresh migrate`"),
        "{said}"
    );
}

#[test]
fn a_file_in_the_place_of_a_folder_is_told_as_one() {
    let project = Project::of(&[("migrations/0001_a.sql", "CREATE TABLE a (id int);")]);
    let flags = ["--migrations", "migrations/0001_a.sql"];
    for command in ["db-fresh", "plan"] {
        let arguments = [&[command][..], &flags].concat();
        let database = database();
        let (found, said) = said(&project, database.url().as_str(), &arguments);
        assert_eq!(found, 4, "{said}");
        assert!(said.contains("`migrations/0001_a.sql` is not a folder"), "{said}");
        assert!(said.contains("name the folder that holds"), "{said}");
    }
}

#[test]
fn a_run_is_repeated_on_the_same_server_without_its_password() {
    let project = Project::of(&[("migrations/0001_a.sql", "CREATE TABLE a (id int);")]);
    for (url, expected) in [
        (
            "postgres://me:hunter2@127.0.0.1:1/d",
            "again:  db-fresh --database-url postgres://me@127.0.0.1:1/d\n",
        ),
        (
            "postgres://me@127.0.0.1:1/d?password=hunter2&sslmode=disable",
            "again:  db-fresh --database-url 'postgres://me@127.0.0.1:1/d?sslmode=disable'\n",
        ),
    ] {
        let output = project.run(&["--database-url", url]);
        let said = stderr(&output);
        assert!(said.contains(expected) && !said.contains("hunter2"), "{said}");
    }
}

#[test]
fn a_url_that_the_driver_would_misread_is_refused_by_what_is_wrong_with_it() {
    let project = Project::of(&[("migrations/0001_a.sql", "CREATE TABLE a (id int);")]);
    for (url, expected) in [
        ("mysql://u@127.0.0.1:1/d", "its scheme is `mysql`"),
        (
            "postgres://u@127.0.0.1:99999/d",
            "its port is not a number from 1 to 65535",
        ),
        (
            "postgres://u:hunter2@127.0.0.1:1/d?pasword=x",
            "did you mean `password`?",
        ),
        (
            "postgres://u@127.0.0.1:1/d?search_path=app",
            "`options=-c%20search_path%3DVALUE`",
        ),
    ] {
        for arguments in [&["status"][..], &["wait", "--once"], &["--database-url", url]] {
            let (code, said) = said(&project, url, arguments);
            assert_eq!(code, 64, "{url}: {said}");
            assert!(
                said.contains("[usage/url]") && said.contains(expected),
                "{url}: {said}"
            );
            assert!(!said.contains("hunter2"), "{said}");
        }
    }
}

#[test]
fn a_search_path_in_the_options_of_the_url_is_that_of_the_migrations() {
    let project = Project::of(&[("migrations/0001_a.sql", "CREATE TABLE a (id int);")]);
    let database = database();
    sql(&database.options(), "CREATE SCHEMA app");
    let url = database.url();
    let sign = if url.contains('?') { '&' } else { '?' };
    let url = format!("{url}{sign}options=-c%20search_path%3Dapp");
    let (code, said) = said(&project, &url, &MIGRATE);
    assert_eq!(code, 0, "{said}");
    let found = sql(
        &database.options(),
        "SELECT schemaname FROM pg_tables WHERE tablename = 'a'",
    );
    assert_eq!(found, ["app"]);
}

#[test]
fn a_server_that_never_says_anything_is_told_as_silent() {
    let project = Project::of(&[("migrations/0001_a.sql", "CREATE TABLE a (id int);")]);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("postgres://u@{}/d", listener.local_addr().unwrap());
    thread::spawn(move || listener.incoming().flatten().collect::<Vec<_>>());
    for arguments in [&["wait"][..], &["provision"]] {
        let begun = Instant::now();
        let (code, said) = said(&project, &url, arguments);
        assert_eq!(code, 2, "{said}");
        assert!(begun.elapsed() < Duration::from_secs(5));
        assert!(
            said.contains("[readiness/silent]") && !said.contains("authenticated"),
            "{said}"
        );
        let digits = regex_lite::Regex::new(r"\d\.\d{4,}m?s").unwrap();
        assert!(!digits.is_match(&said), "{said}");
    }
}

#[test]
fn a_word_that_is_no_command_is_told_the_nearest_one() {
    let project = Project::of(&[]);
    for (word, nearest) in [
        ("migrat", Some("migrate")),
        ("wiat", Some("wait")),
        ("migrations", Some("migrate")),
        ("frobnicate", None),
    ] {
        let output = project.run(&[word]);
        let said = stderr(&output);
        assert_eq!(output.status.code(), Some(64), "{said}");
        assert!(
            said.contains(&format!("unrecognized subcommand '{word}'")),
            "{said}"
        );
        let tip = nearest.map(|name| format!("a similar subcommand exists: '{name}'"));
        assert_eq!(
            tip.as_ref().is_some_and(|tip| said.contains(tip)),
            nearest.is_some(),
            "{said}"
        );
    }
    let secret = stderr(&project.run(&["postgres://u:hunter2@h/d"]));
    assert!(!secret.contains("hunter2"), "{secret}");
}

#[test]
fn each_command_has_an_example_of_itself() {
    let project = Project::of(&[]);
    for command in ["status", "plan", "migrate", "rollback", "wait"] {
        let help = stdout(&project.run(&[command, "--help"]));
        assert!(help.contains(&format!("  db-fresh {command} ")), "{help}");
    }
}

#[test]
fn a_configuration_that_cannot_be_read_is_wrong_usage() {
    let project = Project::of(&[("migrations/0001_a.sql", "CREATE TABLE a (id int);")]);
    let file = project.path().join("db-fresh.toml");
    symlink("nowhere", &file).unwrap();
    assert_eq!(project.run(&["plan"]).status.code(), Some(64));
    std::fs::remove_file(&file).unwrap();
    std::fs::write(&file, b"\xff\xfe").unwrap();
    let output = project.run(&["plan"]);
    assert_eq!(output.status.code(), Some(64));
    assert!(stderr(&output).contains("[config/unreadable]"));
}

#[test]
fn documents_say_exactly_what_is_there_without_characters_that_nobody_sees() {
    let file = "0001_a\u{202e}b\u{200b}\u{e0041}.sql";
    let project = Project::of(&[(&format!("migrations/{file}"), "CREATE TABLE a (id int);")]);
    let database = database();
    let mut command = project.command(&["plan", "--json", "--database-url", database.url().as_str()]);
    let document = stdout(&command.env("APP_ENV", "development").output().unwrap());
    assert!(document.contains(r"\u202eb\u200b\udb40\udc41"), "{document}");
    assert!(
        !document.contains(['\u{202e}', '\u{200b}', '\u{e0041}']),
        "{document}"
    );
    let value: serde_json::Value = serde_json::from_str(&document).unwrap();
    assert!(value.to_string().contains(file), "{value}");
}

#[test]
fn signs_of_scripts_at_the_head_of_a_seed_are_comments() {
    let project = Project::of(&[
        ("migrations/0001_a.sql", "CREATE TABLE a (id int PRIMARY KEY);"),
        (
            "seeds/10_a.sql",
            "# db-fresh: any-environment\n## People\n-- all of them\nINSERT INTO a VALUES (1) ON CONFLICT DO NOTHING;\n",
        ),
        ("seeds/20_a.csv", "# db-fresh: any-environment\nid\n2\n"),
    ]);
    let database = database();
    let url = database.url();
    assert_eq!(said(&project, url.as_str(), &MIGRATE).0, 0);
    let (code, said) = said(&project, url.as_str(), &["seed"]);
    assert_eq!(code, 0, "{said}");
    assert_eq!(sql(&database.options(), "SELECT count(*)::text FROM a"), ["2"]);
}
