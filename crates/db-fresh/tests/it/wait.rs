//! `wait`: its levels on the reference database, its log lines, its limits, and how soon it lets go.

use std::{
    io::{BufRead, BufReader},
    net::TcpListener,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use readiness::Level;
use serde_json::Value;

use crate::reference::{Ended, database, run, sql, xtask};

/// The URL of a port where nobody listens.
fn dead() -> String {
    let port = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    format!("postgres://dev:hunter2@127.0.0.1:{port}/app")
}

/// One look: the exit code, the class of what is in the way, and the error lines: the wait itself, then the problems behind it.
fn once(level: Level, url: &str) -> (i32, String, Vec<Value>) {
    let ended = run(&["wait", "--once", "--level", level.name(), "--log", "json"], url);
    let mut lines = ended.lines();
    lines.retain(|line| line["level"] == "error");
    let class = lines.first().map_or("", |own| own["code"].as_str().unwrap());
    (ended.code, class.to_owned(), lines)
}

#[test]
fn the_levels_schema_and_seeded_mean_what_the_project_says() {
    let database = database();
    let url = database.url();
    for level in Level::ALL {
        let (code, class, _) = once(level, &url);
        let expected = match level {
            Level::Schema | Level::Seeded => (2, "readiness/schema-behind"),
            _ => (0, ""),
        };
        assert_eq!((code, class.as_str()), expected, "{level} of an empty database");
    }
    assert_eq!(run(&["provision", "--skip-seed"], &url).code, 0);
    assert_eq!(once(Level::Schema, &url).0, 0);
    let (code, class, lines) = once(Level::Seeded, &url);
    assert_eq!((code, class.as_str()), (2, "readiness/unseeded"), "{lines:?}");
    assert!(
        lines[0]["facts"].to_string().contains("rows are missing"),
        "{lines:?}"
    );
    assert_eq!(run(&["provision"], &url).code, 0);
    assert_eq!(once(Level::Seeded, &url).0, 0);
    // A row that somebody changed since is still there.
    sql(&database.options(), "UPDATE organizations SET name = 'Renamed'");
    assert_eq!(once(Level::Seeded, &url).0, 0);
    // So is a schema to which something was added.
    sql(&database.options(), "CREATE TABLE made_by_hand (id int)");
    assert_eq!(once(Level::Schema, &url).0, 0);
}

#[test]
fn a_schema_that_does_not_fit_is_shown_with_the_problems_behind_it() {
    let database = database();
    let url = database.url();
    let text = |value: &Value| value.to_string();
    assert_eq!(run(&["provision", "--skip-seed"], &url).code, 0);
    sql(&database.options(), "DROP INDEX audit_events_resource_idx");
    let (code, class, lines) = once(Level::Schema, &url);
    assert_eq!((code, class.as_str()), (2, "readiness/schema-unfit"), "{lines:?}");
    let first = "first `table public.audit_events` (index audit_events_resource_idx, columns)";
    assert!(text(&lines[0]["facts"]).contains(first), "{lines:?}");
    let [_, problem] = lines.as_slice() else {
        panic!("{lines:?}")
    };
    assert_eq!(problem["code"], "contract/broken");
    assert_eq!(problem["filename"], "migrations/operational.contract.snap");
    assert!(
        text(&problem["facts"]).contains("- index audit_events_resource_idx"),
        "{problem}"
    );

    sql(
        &database.options(),
        "UPDATE schema_migrations SET checksum = md5('x'), neutral_checksum = md5('x') WHERE filename LIKE '0003_create_org%'",
    );
    let (code, class, lines) = once(Level::Schema, &url);
    assert_eq!((code, class.as_str()), (2, "readiness/schema-unfit"), "{lines:?}");
    let edited = "migration `0003_create_organization_members.up.sql` changed after it was applied";
    assert!(text(&lines[0]["facts"]).contains(edited), "{lines:?}");
    let [_, problem] = lines.as_slice() else {
        panic!("{lines:?}")
    };
    assert_eq!(
        (&problem["code"], &problem["exitCode"]),
        (&"migration/edited".into(), &2.into())
    );
    assert_eq!(problem["message"], edited);
    assert_eq!(
        problem["filename"],
        "migrations/operational/0003_create_organization_members.up.sql"
    );
    assert!(text(&problem["facts"]).contains("on disk"), "{problem}");
    assert!(
        text(&problem["suggestion"]).contains("restore the file"),
        "{problem}"
    );
}

#[test]
fn every_attempt_is_a_line_and_the_last_one_has_exit_code_and_suggestion() {
    let ended = Ended::of(
        &xtask(&["wait", "--log", "json"])
            .env("DATABASE_URL", dead())
            .env("DB_TIMEOUT", "300")
            .output()
            .unwrap(),
    );
    assert_eq!(ended.code, 2);
    assert_eq!(ended.stdout, "");
    let lines = ended.lines();
    let (last, attempts) = lines.split_last().unwrap();
    assert!(!attempts.is_empty());
    for (index, line) in attempts.iter().enumerate() {
        assert_eq!(line["message"], "Postgres not ready, retrying with backoff");
        assert_eq!(line["level"], "warn");
        assert_eq!(line["attempt"], index + 1);
        assert_eq!(line["class"], "readiness/refused");
        assert!(line["delaySeconds"].as_f64().is_some());
        let timestamp = line["timestamp"].as_str().unwrap();
        assert!(
            timestamp.len() == 24 && timestamp.as_bytes()[19] == b'.' && timestamp.ends_with('Z'),
            "{timestamp}"
        );
    }
    assert_eq!((&last["level"], &last["exitCode"]), (&"error".into(), &2.into()));
    assert!(last["suggestion"].as_str().unwrap().contains("start the server"));
    assert!(!ended.stderr.contains("hunter2"));
}

#[test]
fn the_log_level_and_the_time_come_from_the_variables() {
    let with = |name: &str, value: &str, timeout: &str| {
        let started = Instant::now();
        let mut command = xtask(&["wait", "--log", "json"]);
        command
            .env("DATABASE_URL", dead())
            .env("DB_TIMEOUT", timeout)
            .env(name, value);
        (Ended::of(&command.output().unwrap()), started.elapsed())
    };
    let (quiet, took) = with("LOG_LEVEL", "error", "400");
    assert_eq!((quiet.code, quiet.lines().len()), (2, 1), "{}", quiet.stderr);
    assert!(took < Duration::from_secs(3), "{took:?}");
    let (wrong, _) = with("LOG_LEVEL", "info", "soon");
    assert_eq!(wrong.code, 64);
    assert!(
        wrong.stderr.contains("`DB_TIMEOUT` must be a whole number"),
        "{}",
        wrong.stderr
    );
}

#[test]
fn a_name_that_is_no_level_is_wrong_usage_that_lists_them() {
    let ended = run(&["wait", "--level", "healthy"], &dead());
    assert_eq!(ended.code, 64);
    assert!(
        ended.stderr.contains("tcp, protocol, authenticated"),
        "{}",
        ended.stderr
    );
}

/// Presses Ctrl-C and gives the time until the process is gone.
fn interrupt(mut child: Child) -> Duration {
    let pressed = Instant::now();
    let sent = Command::new("kill")
        .args(["-s", "INT", &child.id().to_string()])
        .status();
    assert!(sent.unwrap().success());
    let status = child.wait().unwrap();
    let took = pressed.elapsed();
    assert_eq!(status.code(), Some(130));
    took
}

/// The middle one of five, so that one moment of a busy machine decides nothing.
fn median(of: impl FnMut(usize) -> Duration) -> Duration {
    let mut all: Vec<_> = (0..5).map(of).collect();
    all.sort();
    all[2]
}

fn start(arguments: &[&str], url: &str) -> Child {
    let mut command = xtask(arguments);
    command
        .env("DATABASE_URL", url)
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    command.spawn().unwrap()
}

const AT_ONCE: Duration = Duration::from_millis(100);

#[test]
fn ctrl_c_is_answered_at_once_while_a_dead_server_is_waited_for() {
    for arguments in [["wait"].as_slice(), &["provision"]] {
        let took = median(|_| {
            let mut child = start(arguments, &dead());
            let mut line = String::new();
            // The first attempt failed, and now it pauses.
            BufReader::new(child.stderr.as_mut().unwrap())
                .read_line(&mut line)
                .unwrap();
            assert!(line.contains("not ready"), "{line}");
            interrupt(child)
        });
        println!("{arguments:?}, dead server: {took:?}");
        assert!(took < AT_ONCE, "{arguments:?}: {took:?}");
    }
}

#[test]
fn ctrl_c_is_answered_at_once_while_a_server_accepts_and_stays_silent() {
    for level in ["protocol", "writable"] {
        let took = median(|_| {
            let silent = TcpListener::bind("127.0.0.1:0").unwrap();
            let port = silent.local_addr().unwrap().port();
            let url = format!("postgres://dev@127.0.0.1:{port}/app");
            let child = start(&["wait", "--level", level], &url);
            // Its connection is here, and gets no answer.
            let _held = silent.accept().unwrap();
            interrupt(child)
        });
        println!("{level}, silent server: {took:?}");
        assert!(took < AT_ONCE, "{level}: {took:?}");
    }
}

/// Whoever creates a table stands still until the test lets go.
const GATE: &str = "CREATE SCHEMA gate; \
     CREATE FUNCTION gate.hold() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN \
         IF tg_tag = 'CREATE TABLE' AND to_regclass('public.users') IS NOT NULL THEN \
             PERFORM pg_advisory_xact_lock(4242); \
         END IF; \
     END $$; \
     CREATE EVENT TRIGGER gate ON ddl_command_end EXECUTE FUNCTION gate.hold()";

const AT_THE_GATE: &str = "SELECT pid::text FROM pg_stat_activity \
     WHERE datname = current_database() AND wait_event_type = 'Lock' AND wait_event = 'advisory'";

#[test]
fn ctrl_c_is_answered_at_once_in_a_migration_and_in_front_of_the_lock() {
    let database = database();
    let options = database.options();
    sql(&options, GATE);
    let mut holder = crate::reference::Session::of(&database);
    holder.sql("SELECT pg_advisory_lock(4242)::text");
    let migrating = start(&["provision", "--skip-seed"], &database.url());
    while holder.sql(AT_THE_GATE).is_empty() {}
    let mut in_front = start(&["provision", "--skip-seed"], &database.url());
    let mut lines = BufReader::new(in_front.stderr.take().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap().contains("waiting for another runner")));
    let took = interrupt(in_front);
    println!("in front of the lock: {took:?}");
    assert!(took < AT_ONCE, "{took:?}");
    let took = interrupt(migrating);
    println!("in a migration: {took:?}");
    assert!(took < AT_ONCE, "{took:?}");

    // Nothing is left half done, and the next run goes on.
    while !holder.sql(AT_THE_GATE).is_empty() {}
    assert_eq!(
        holder.sql("SELECT filename FROM schema_migrations ORDER BY id"),
        ["0001_create_organizations.up.sql"]
    );
    holder.sql("DROP EVENT TRIGGER gate; DROP SCHEMA gate CASCADE; SELECT pg_advisory_unlock(4242)::text");
    let again = run(&["provision", "--skip-seed"], &database.url());
    assert_eq!(again.code, 0, "{}", again.stderr);
}
