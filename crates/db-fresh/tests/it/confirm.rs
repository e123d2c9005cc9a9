//! A change is confirmed by a flag, a variable or an answer. A missing confirmation is wrong usage (64), a refusal is not (1).

use std::{
    io::{Read, Write},
    process::{Output, Stdio},
    time::{Duration, Instant},
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

/// The same command, at whose question Ctrl-C is pressed.
fn interrupted(project: &Project, url: &str, words: &str) -> (Option<i32>, String) {
    let program = env!("CARGO_BIN_EXE_db-fresh");
    let line = format!("{program} {words} --database-url '{url}'");
    let mut child = std::process::Command::new("script")
        .args(["--quiet", "--return", "--command", &line, "/dev/null"])
        .env_remove("MIGRATION_ASSUME_YES")
        .current_dir(project.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("`script` of util-linux is installed");
    let (mut said, mut byte) = (Vec::new(), [0]);
    let mut out = child.stdout.take().unwrap();
    while !said.ends_with(b"[y/N] ") && out.read(&mut byte).unwrap() == 1 {
        said.push(byte[0]);
    }
    let mut terminal = child.stdin.take().unwrap();
    terminal.write_all(b"\x03").unwrap();
    let pressed = Instant::now();
    let mut rest = String::new();
    out.read_to_string(&mut rest).unwrap();
    let status = child.wait().unwrap();
    assert!(
        pressed.elapsed() < Duration::from_secs(3),
        "{:?}",
        pressed.elapsed()
    );
    (status.code(), String::from_utf8_lossy(&said).into_owned() + &rest)
}

#[test]
fn a_question_names_the_files_and_ctrl_c_at_it_is_130_at_once() {
    let project = Project::without_contracts();
    let database = database();
    let url = database.url();
    let (code, said) = interrupted(&project, &url, "migrate");
    assert_eq!(code, Some(130), "{said}");
    for file in [
        "0001_create_users.up.sql",
        "0010_index_posts.up.sql",
        "0001_create_reports.up.sql",
    ] {
        assert_eq!(said.matches(file).count(), 1, "{file} in {said}");
    }
    assert!(said.contains("interrupted by SIGINT"), "{said}");
    assert_eq!(applied(&database), "false", "nothing was written");

    assert!(
        project
            .run(&["migrate", "--yes", "--database-url", &url])
            .status
            .success()
    );
    let (code, said) = interrupted(&project, &url, "rollback --last 2");
    assert_eq!(code, Some(130), "{said}");
    for file in ["0010_index_posts.up.sql", "0001_create_reports.up.sql"] {
        assert!(said.contains(file), "{file} in {said}");
    }
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
