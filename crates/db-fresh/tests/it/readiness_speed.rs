//! How soon after the server accepts `wait` returns, and what a long wait costs.

use std::{
    process::{Command, Stdio},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use super::readiness_table::server::{Server, free_port};
use crate::reference::xtask;

/// Milliseconds from the moment at which the server's log says that it accepts until the program is gone.
fn late(level: &str) -> f64 {
    let server = Server::start("log_line_prefix = '%n '", &[]);
    let mut command = xtask(&["wait", "--local", "--level", level]);
    let url = format!(
        "postgres://postgres@127.0.0.1:{}/postgres?sslmode=disable",
        server.options().get_port()
    );
    let status = command
        .env("DATABASE_URL", url)
        .stderr(Stdio::null())
        .status()
        .unwrap();
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_secs_f64();
    assert!(status.success());
    let log = server.log();
    let line = log
        .lines()
        .find(|line| line.contains("ready to accept connections"))
        .unwrap();
    let accepted: f64 = line.split_whitespace().next().unwrap().parse().unwrap();
    ((now - accepted) * 1000.0).max(0.0)
}

#[test]
fn wait_returns_soon_after_the_server_accepts() {
    for level in ["database", "writable"] {
        let mut late: Vec<_> = (0..7).map(|_| late(level)).collect();
        late.sort_by(f64::total_cmp);
        println!("{level}: {late:.1?} ms after the server accepts");
        // A few milliseconds on an idle machine; the bound leaves room for a busy one.
        assert!(late[3] < 100.0, "{late:?}");
    }
}

/// Seconds of processor time that a wait of these seconds takes, by the account of the shell that started it.
fn processor_seconds(arguments: &[&str], seconds: u64) -> f64 {
    let wait = xtask(&[]);
    let mut shell = Command::new("sh");
    shell
        .args(["-c", "\"$@\" 2>/dev/null; times", "sh"])
        .arg(wait.get_program())
        .args(arguments)
        .args(["--timeout", &seconds.to_string(), "--database-url"])
        .arg(format!("postgres://dev@127.0.0.1:{}/app", free_port()));
    let output = shell.output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    // Two lines: the shell itself, then its children; user and system, as `0m0.012s`.
    let children = text.lines().last().unwrap();
    let of = |time: &str| {
        let (minutes, seconds) = time.trim_end_matches('s').split_once('m').unwrap();
        minutes.parse::<f64>().unwrap() * 60.0 + seconds.parse::<f64>().unwrap()
    };
    children.split_whitespace().map(of).sum()
}

#[test]
fn a_long_wait_costs_next_to_nothing() {
    let seconds = 10;
    let backoff = processor_seconds(&["wait"], seconds);
    println!("{seconds} s of waiting: {backoff:.3} s of processor time");
    assert!(backoff < 0.1, "{backoff}");
    let local = processor_seconds(&["wait", "--local"], seconds);
    println!("{seconds} s of waiting with --local: {local:.3} s of processor time");
    assert!(
        local < Duration::from_secs(seconds).as_secs_f64() / 4.0,
        "{local}"
    );
}
