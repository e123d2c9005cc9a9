//! SIGINT, SIGTERM and SIGHUP at every moment of a run: its exit code, and nothing that is left.

use std::{
    io::{BufRead, BufReader, Read},
    os::unix::process::ExitStatusExt,
    path::PathBuf,
    process::{Child, Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::{
    reference::{database, sql},
    support::{Project, codes, private_folders, stderr},
};

/// The signals, their numbers, and the moments at which they are sent, in milliseconds. Moments are what is tested here.
const SIGNALS: [(&str, i32); 3] = [("INT", 2), ("TERM", 15), ("HUP", 1)];
const MOMENTS: [u64; 10] = [0, 5, 10, 20, 40, 70, 100, 200, 400, 800];

fn send(child: &Child, signal: &str) {
    let sent = Command::new("kill")
        .args(["-s", signal, &child.id().to_string()])
        .status();
    assert!(sent.unwrap().success());
}

fn start(mut command: Command) -> Child {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// What names of folders and databases of this process contain.
fn mark(child: &Child) -> String {
    format!("{:x}_", child.id())
}

/// Before the program has begun the system ends it, and shells report the same code.
fn is_right(status: ExitStatus, number: i32) -> bool {
    status.code() == Some(128 + number) || status.signal() == Some(number)
}

fn folders_of(mark: &str, before: &[PathBuf]) -> Vec<String> {
    let folders = private_folders();
    let new = folders.iter().filter(|folder| !before.contains(folder));
    let names = new.map(|path| path.display().to_string());
    names.filter(|name| name.contains(&format!("-{mark}"))).collect()
}

/// A project whose migration does not end before the signal comes.
fn slow() -> Project {
    Project::of(&[(
        "migrations/1_slow.sql",
        "CREATE TABLE slow (id int);\nSELECT pg_sleep(60);\n",
    )])
}

#[test]
fn a_signal_at_any_moment_ends_a_proof_with_its_code_and_leaves_no_folder() {
    let project = slow();
    for arguments in [&["db-fresh", "--json"][..], &["db-fresh", "--json", "--no-cache"]] {
        let mut with_document = 0;
        for (signal, number) in SIGNALS {
            for moment in MOMENTS {
                let mut command = project.command(arguments);
                command.env_remove("CI");
                // A server that somebody keeps may have had a process with the same number.
                let before = private_folders();
                let child = start(command);
                let mark = mark(&child);
                thread::sleep(Duration::from_millis(moment));
                send(&child, signal);
                let sent = Instant::now();
                let output = child.wait_with_output().unwrap();
                let said = stderr(&output);
                let what = format!("{arguments:?} SIG{signal} after {moment} ms: {said}");
                assert!(is_right(output.status, number), "{:?} {what}", output.status);
                assert!(sent.elapsed() < Duration::from_secs(5), "{what}");
                assert_eq!(folders_of(&mark, &before), Vec::<String>::new(), "{what}");
                if output.status.code() == Some(128 + number) {
                    assert!(said.contains(&format!("interrupted by SIG{signal}")), "{what}");
                    let document: Value = serde_json::from_slice(&output.stdout).expect(&what);
                    assert_eq!(document["exit_code"], 128 + number, "{what}");
                    assert_eq!(codes(&document), ["run/interrupted"], "{what}");
                    with_document += 1;
                }
            }
        }
        assert!(with_document > 10, "only {with_document} runs heard their signal");
    }
}

#[test]
fn a_signal_at_any_moment_leaves_no_scratch_database_on_a_server_that_others_use() {
    let project = slow();
    let host = database();
    for (signal, number) in SIGNALS {
        for moment in MOMENTS {
            let child = start(project.command(&["db-fresh", "--database-url", &host.url()]));
            let mark = mark(&child);
            thread::sleep(Duration::from_millis(moment));
            send(&child, signal);
            let output = child.wait_with_output().unwrap();
            let said = stderr(&output);
            assert!(is_right(output.status, number), "{:?} {said}", output.status);
            let left = sql(
                &host.options(),
                &format!(
                    "SELECT datname::text FROM pg_database WHERE datname LIKE 'db\\_fresh\\_scratch\\_%' AND strpos(datname, '_{mark}') > 0"
                ),
            );
            assert_eq!(
                left,
                Vec::<String>::new(),
                "SIG{signal} after {moment} ms: {said}"
            );
        }
    }
}

#[test]
fn a_signal_ends_the_other_commands_with_its_code() {
    let project = slow();
    let host = database();
    let nobody = "postgres://dev@127.0.0.1:1/app";
    for (signal, number) in SIGNALS {
        for arguments in [
            &["wait", "--database-url", nobody][..],
            &["migrate", "--yes", "--database-url", &host.url()],
        ] {
            for moment in [0, 20, 100, 500] {
                let child = start(project.command(arguments));
                thread::sleep(Duration::from_millis(moment));
                send(&child, signal);
                let sent = Instant::now();
                let output = child.wait_with_output().unwrap();
                let what = format!("{arguments:?} SIG{signal} after {moment} ms: {}", stderr(&output));
                assert!(is_right(output.status, number), "{:?} {what}", output.status);
                assert!(sent.elapsed() < Duration::from_secs(5), "{what}");
            }
        }
        let there = "SELECT count(*)::text FROM pg_class WHERE relname = 'slow'";
        assert_eq!(sql(&host.options(), there), ["0"], "nothing was committed");
    }
}

/// A proof whose command says that it runs, and its process number, and does not end by itself.
fn with_a_command(project: &Project, script: &str) -> (Child, String) {
    let script = format!("echo $$; {script}");
    let mut child = start(project.command(&["db-fresh", "--", "sh", "-c", &script]));
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap())
        .read_line(&mut line)
        .unwrap();
    (child, line.trim().to_owned())
}

/// One that ended and whose parent did not ask for it yet does not run.
fn runs(process: &str) -> bool {
    let state = Command::new("ps").args(["-o", "stat=", "-p", process]).output();
    let state = String::from_utf8_lossy(&state.unwrap().stdout).trim().to_owned();
    !state.is_empty() && !state.starts_with('Z')
}

#[test]
fn a_command_that_does_not_listen_is_killed_and_a_second_signal_does_not_wait_for_it() {
    let project = Project::new();
    let deaf = "trap '' TERM; sleep 60; sleep 60";
    let (child, command) = with_a_command(&project, deaf);
    send(&child, "TERM");
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(143), "{}", stderr(&output));
    assert!(!runs(&command), "it was killed");

    let before = private_folders();
    let (mut child, command) = with_a_command(&project, deaf);
    let mark = mark(&child);
    let begun = Instant::now();
    // Signals that come at once are the same one; that it comes again until the process ends is what a person does.
    while child.try_wait().unwrap().is_none() {
        send(&child, "INT");
        thread::sleep(Duration::from_millis(50));
    }
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(
        begun.elapsed() < Duration::from_millis(1800),
        "{:?}",
        begun.elapsed()
    );
    assert!(!runs(&command), "it was killed");
    let soon = Instant::now() + Duration::from_secs(10);
    while !folders_of(&mark, &before).is_empty() && Instant::now() < soon {
        thread::sleep(Duration::from_millis(10));
    }
    assert_eq!(folders_of(&mark, &before), Vec::<String>::new());
}

#[test]
fn a_call_that_blocks_the_program_does_not_hold_it_back() {
    let project = Project::without_contracts();
    // A program that the call waits for, and that does not end.
    let git = project.path().join("bin/git");
    project.write("bin/git", "#!/bin/sh\n: > started\nexec sleep 60\n");
    let made = Command::new("chmod").arg("755").arg(&git).status();
    assert!(made.unwrap().success());
    let path = format!(
        "{}:{}",
        project.path().join("bin").display(),
        std::env::var("PATH").unwrap()
    );
    let mut command = project.command(&["contract", "diff", "rev:HEAD", "migrations"]);
    command.env("PATH", path);
    let mut child = start(command);
    while !project.has("started") && child.try_wait().unwrap().is_none() {
        thread::sleep(Duration::from_millis(5));
    }
    send(&child, "TERM");
    let sent = Instant::now();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(143), "{}", stderr(&output));
    assert!(sent.elapsed() < Duration::from_secs(5));
}

#[test]
fn a_hangup_that_was_ignored_at_the_start_stays_ignored() {
    let project = Project::new();
    let program = env!("CARGO_BIN_EXE_db-fresh");
    let mut command = project.command(&[]);
    let environment: Vec<_> = command
        .get_envs()
        .map(|(name, value)| (name.to_owned(), value.map(ToOwned::to_owned)))
        .collect();
    command = Command::new("sh");
    for (name, value) in environment {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    command.current_dir(project.path()).args([
        "-c",
        &format!("trap '' HUP; exec {program} -- sh -c 'echo here; read -r line'"),
    ]);
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut line = [0; 5];
    child.stdout.as_mut().unwrap().read_exact(&mut line).unwrap();
    send(&child, "HUP");
    // The end of its input ends the command; `read` says so.
    drop(child.stdin.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    assert!(!stderr(&output).contains("interrupted"), "{}", stderr(&output));
}
