//! Ctrl-C in the middle.

use std::{
    io::{BufRead, BufReader},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use crate::support::Project;

#[test]
fn an_interrupted_run_ends_at_once_with_130_and_takes_its_server_down() {
    let project = Project::new();
    // The command says where its database is, and then hangs as a person's would.
    let mut command = project.command(&[
        "db-fresh",
        "--",
        "sh",
        "-c",
        "echo \"$DATABASE_URL\"; exec sleep 60",
    ]);
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut url = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut url)
        .unwrap();
    let url = url.trim();
    let answers = || {
        Command::new("psql")
            .args(["-XAtc", "SELECT 1", url])
            .output()
            .unwrap()
            .status
            .success()
    };
    assert!(answers(), "{url}");

    let pressed = Instant::now();
    let sent = Command::new("kill")
        .args(["-s", "INT", &child.id().to_string()])
        .status()
        .unwrap();
    assert!(sent.success());
    let status = child.wait().unwrap();
    assert_eq!(status.code(), Some(130));
    assert!(
        pressed.elapsed() < Duration::from_secs(5),
        "{:?}",
        pressed.elapsed()
    );
    assert!(!answers(), "the server is gone");
}
