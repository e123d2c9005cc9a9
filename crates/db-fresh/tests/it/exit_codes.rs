//! The table of exit codes: each that can occur, made to occur.

use std::{fs, net::TcpListener, os::unix::fs::symlink};

use crate::support::{Project, codes, stderr, stdout};

#[test]
fn success_is_0_and_a_command_ends_with_its_own_code() {
    let project = Project::new();
    let output = project.run(&[
        "db-fresh",
        "--",
        "sh",
        "-c",
        "test -n \"$DATABASE_URL\" && echo from the command; exit 42",
    ]);
    assert_eq!(output.status.code(), Some(42), "{}", stderr(&output));
    assert_eq!(
        stdout(&output),
        "from the command\n",
        "stdout is the command's alone"
    );
    let output = project.run(&["db-fresh", "--", "true"]);
    assert_eq!(output.status.code(), Some(0));
}

/// A cargo that sees them compiles anew what one at the terminal has compiled.
#[test]
fn a_command_learns_nothing_of_what_cargo_told_the_runner_about_itself() {
    let project = Project::new();
    let output = project
        .command(&["db-fresh", "--", "env"])
        .env("CARGO_PKG_NAME", "xtask")
        .env("CARGO_MANIFEST_DIR", "/somewhere")
        .env("CARGO_TERM_COLOR", "never")
        .output()
        .unwrap();
    let said = stdout(&output);
    assert!(said.contains("CARGO_TERM_COLOR=never"), "{said}");
    assert!(
        !said.contains("CARGO_PKG_") && !said.contains("CARGO_MANIFEST_"),
        "{said}"
    );
}

#[test]
fn a_server_that_does_not_answer_is_2() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = silent.local_addr().unwrap().port();
    drop(silent);
    let url = format!("postgres://dev:hunter2@127.0.0.1:{port}/app");
    let project = Project::new();
    for arguments in [
        ["db-fresh", "--database-url", &url].as_slice(),
        ["wait", "--timeout", "1", "--database-url", &url].as_slice(),
        ["seed", "--database-url", &url].as_slice(),
        ["plan", "--database-url", &url].as_slice(),
        ["migrate", "--yes", "--database-url", &url].as_slice(),
    ] {
        let output = project.run(arguments);
        assert_eq!(
            output.status.code(),
            Some(2),
            "{arguments:?}: {}",
            stderr(&output)
        );
        assert!(!stderr(&output).contains("hunter2"));
    }
}

#[test]
fn broken_sql_is_3_and_shown_with_file_line_caret_and_state() {
    let project = Project::new();
    project.write(
        "migrations/app/0011_broken.up.sql",
        "-- One,\n-- two.\nALTER TABLE nobody\n    ADD COLUMN x int;\n",
    );
    project.write(
        "migrations/app/0012_nobody.up.sql",
        "CREATE TABLE nobody (id int);\n",
    );
    let (code, document) = project.proof(&[]);
    assert_eq!((code, codes(&document)), (3, vec!["migration/sql".to_owned()]));
    let error = &document["errors"][0];
    assert_eq!(error["where"]["line"], 3);
    assert!(
        error["where"]["file"]
            .as_str()
            .unwrap()
            .ends_with("migrations/app/0011_broken.up.sql")
    );
    let text = error.to_string();
    assert!(
        text.contains("42P01") && text.contains("0012_nobody.up.sql"),
        "{text}"
    );
    assert_eq!(
        document["migrations"]["applied"], 3,
        "what ran before is reported"
    );
    assert_eq!(document["schema"]["tables"], 2);
}

#[test]
fn a_folder_or_a_variable_that_is_missing_is_4_and_all_are_named_at_once() {
    let project = Project::new();
    let config = project
        .read("db-fresh.toml")
        .replace("\"reports\"\nschemas", "\"reprots\"\nschemas");
    project.write(
        "db-fresh.toml",
        &format!("{config}\n[preflight]\nvariables = [\"DB_FRESH_NOT_SET|DB_FRESH_NEITHER\"]\nprograms = [\"no-such-program\"]\n"),
    );
    let (code, found) = project.failure(&[]);
    assert_eq!(code, 4);
    assert_eq!(
        found,
        [
            "preflight/missing-folder",
            "preflight/missing-variable",
            "preflight/missing-program"
        ]
    );
}

#[test]
fn a_key_that_seeds_need_is_6_on_a_real_database_before_anything_is_touched() {
    let project = Project::new();
    project.write(
        "seeds/app/20_people.toml",
        "[[table]]\nname = \"users\"\nrows = [{ id = 3, name = { email_hash = [\"ada\", \"example.org\"] } }]\n",
    );
    // Nobody listens there: the key is missed first.
    let output = project.run(&["provision", "--database-url", "postgres://dev@127.0.0.1:1/app"]);
    assert_eq!(output.status.code(), Some(6), "{}", stderr(&output));
    assert!(stderr(&output).contains("MIGRATION_EMAIL_HASH_KEY"));
    // On a throw-away database a throw-away key does.
    assert_eq!(project.proof(&[]).0, 0);
}

#[test]
fn wrong_usage_is_64_and_says_what_would_be_right() {
    let project = Project::new();
    for (arguments, says) in [
        (["db-fresh", "--no-such-flag"].as_slice(), "--no-such-flag"),
        (["db-frsh"].as_slice(), "db-fresh"),
        (["db-fresh", "--on", "server"].as_slice(), "--database-url"),
        (["db-fresh", "--component", "ap"].as_slice(), "`app`"),
        (
            ["db-fresh", "--migrations", "migrations/app", "--format", "gose"].as_slice(),
            "goose",
        ),
        (
            ["db-fresh", "--database-url", "not a url"].as_slice(),
            "postgres://",
        ),
        (["migrate"].as_slice(), "DATABASE_URL"),
        (["new", "../evil"].as_slice(), "letters"),
    ] {
        let output = project.run(arguments);
        assert_eq!(
            output.status.code(),
            Some(64),
            "{arguments:?}: {}",
            stderr(&output)
        );
        assert!(
            stderr(&output).contains(says),
            "{arguments:?}: {}",
            stderr(&output)
        );
        assert_eq!(stdout(&output), "", "{arguments:?}");
    }
}

#[test]
fn an_unknown_key_in_the_configuration_is_64() {
    let project = Project::new();
    let config = project.read("db-fresh.toml");
    project.write("db-fresh.toml", &config.replace("schemas", "schema"));
    let output = project.run(&["db-fresh"]);
    assert_eq!(output.status.code(), Some(64));
    assert!(
        stderr(&output).contains("the nearest known key is `schemas`"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn without_postgres_it_is_127_with_the_remedy() {
    let project = Project::new();
    let nothing = tempfile::tempdir().unwrap();
    // No programs anywhere, none fetched before, and nothing that could fetch them.
    let without = || {
        let mut command = project.command(&["db-fresh"]);
        command.env("PG_BIN", nothing.path()).env("PATH", nothing.path());
        command
            .env("XDG_CACHE_HOME", nothing.path())
            .env_remove("DOCKER_HOST");
        command.output().unwrap()
    };
    let output = without();
    assert_eq!(output.status.code(), Some(127), "{}", stderr(&output));
    let said = stderr(&output);
    assert!(
        said.contains("apt-get install postgresql") && said.contains(&nothing.path().display().to_string()),
        "{said}"
    );
    assert!(
        said.contains("a server that runs already: `db-fresh --database-url"),
        "{said}"
    );
    // The one half of an installation that clients have is none.
    symlink("/bin/true", nothing.path().join("initdb")).unwrap();
    assert_eq!(without().status.code(), Some(127));
}

#[test]
fn a_command_that_cannot_be_run_is_127() {
    let project = Project::new();
    let output = project.run(&["db-fresh", "--", "no-such-program"]);
    assert_eq!(output.status.code(), Some(127), "{}", stderr(&output));
    assert!(stderr(&output).contains("no-such-program"));
}

#[test]
fn anything_else_is_1() {
    let project = Project::new();
    let mut command = project.command(&["migrate", "--help"]);
    let full = fs::File::options().write(true).open("/dev/full").unwrap();
    let output = command.stdout(full).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    assert!(stderr(&output).contains("standard output"));
}
