//! Output that cannot be written is an error; a reader that closed the pipe has what it wanted.

use std::{fs::File, process::Stdio};

use crate::{
    reference::database,
    support::{Project, stderr},
};

#[test]
fn every_command_whose_data_cannot_be_written_is_1_and_says_so() {
    let project = Project::new();
    let database = database();
    let url = database.url();
    let on = ["--database-url", &url];
    for words in [
        &["db-fresh", "--json"][..],
        &["db-fresh"],
        &["contract", "check", "--json"],
        &["--version"],
        &["--help"],
        &["migrate", "--help"],
        &[&["plan"][..], &on].concat(),
        &[&["plan", "--json"][..], &on].concat(),
        &[&["status"][..], &on].concat(),
        &[&["status", "--json"][..], &on].concat(),
        &[&["migrate", "--dry-run"][..], &on].concat(),
    ] {
        let mut command = project.command(words);
        command.stdout(File::options().write(true).open("/dev/full").unwrap());
        let output = command.stdin(Stdio::null()).output().unwrap();
        let said = stderr(&output);
        assert_eq!(output.status.code(), Some(1), "{words:?}: {said}");
        assert!(
            said.contains("cannot write to standard output"),
            "{words:?}: {said}"
        );
        assert!(said.contains("No space left"), "{words:?}: {said}");
    }
}

#[test]
fn a_closed_pipe_is_no_error_and_no_panic() {
    let project = Project::new();
    for words in [
        &["db-fresh", "--json"][..],
        &["db-fresh"],
        &["--help"],
        &["--version"],
    ] {
        let mut command = project.command(words);
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        let said = stderr(&output);
        assert_eq!(output.status.code(), Some(0), "{words:?}: {said}");
        assert!(!said.contains("panicked"), "{words:?}: {said}");
    }
}
