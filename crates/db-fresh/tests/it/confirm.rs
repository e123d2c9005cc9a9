//! A change is confirmed by a flag, a variable or an answer. A missing confirmation is wrong usage (64), a refusal is not (1).

use std::{
    io::Write,
    process::{Output, Stdio},
};

use crate::{
    reference::{database, sql},
    support::{Project, stderr, stdout},
};

/// `migrate` on a terminal, at which these bytes are typed.
fn answered(project: &Project, url: &str, typed: &[u8]) -> Output {
    let program = env!("CARGO_BIN_EXE_db-fresh");
    let line = format!("{program} migrate --database-url '{url}'");
    let mut command = project.command(&[]);
    let environment: Vec<_> = command
        .get_envs()
        .map(|(name, value)| (name.to_owned(), value.map(ToOwned::to_owned)))
        .collect();
    // From util-linux: gives the program a terminal and ends with its exit code.
    command = std::process::Command::new("script");
    for (name, value) in environment {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    let mut child = command
        .args(["--quiet", "--return", "--command", &line, "/dev/null"])
        .current_dir(project.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("`script` of util-linux is installed");
    child.stdin.take().unwrap().write_all(typed).unwrap();
    child.wait_with_output().unwrap()
}

fn applied(database: &ephemeral_postgres::TestDatabase) -> String {
    let ledger = "SELECT (to_regclass('public.schema_migrations') IS NOT NULL)::text";
    sql(&database.options(), ledger).concat()
}

#[test]
fn an_answer_of_no_is_1_the_end_of_input_is_64_and_yes_goes_on() {
    let project = Project::without_contracts();
    let database = database();
    let url = database.url();
    for (typed, code, said) in [
        (&b"n\n"[..], 1, "nothing was changed"),
        (b"\x04", 64, "standard input ended"),
    ] {
        let output = answered(&project, &url, typed);
        let text = stdout(&output) + &stderr(&output);
        assert_eq!(output.status.code(), Some(code), "{text}");
        assert!(text.contains(said), "{text}");
        assert_eq!(applied(&database), "false", "nothing was written");
    }
    let output = answered(&project, &url, b"y\n");
    assert_eq!(output.status.code(), Some(0), "{}", stdout(&output));
    assert_eq!(applied(&database), "true");
}

#[test]
fn without_a_terminal_every_command_that_changes_something_is_64_and_changes_nothing() {
    let project = Project::without_contracts();
    let database = database();
    let url = database.url();
    for words in [
        &["migrate"][..],
        &["rollback"],
        &["smoke"],
        &["mark-applied", "0001_create_users.up.sql"],
        &["abandon", "0001_create_users.up.sql"],
    ] {
        let output = project.run(&[words, &["--database-url", &url]].concat());
        let said = stderr(&output);
        assert_eq!(output.status.code(), Some(64), "{words:?}: {said}");
        assert!(said.contains("[usage/not-confirmed]"), "{words:?}: {said}");
        assert_eq!(applied(&database), "false", "{words:?}");
    }
}
