//! Migrations without a transaction that the version before this one left half-way.

use std::{
    path::Path,
    process::Stdio,
    time::{Duration, Instant},
};

use ephemeral_postgres::TestDatabase;

use super::fixture::{dump, migrating_writes_nothing, program, recorded, restored, run, states, succeed};
use crate::reference::{Session, sql};

const FOLDER: [&str; 2] = ["--migrations", "migrations"];

const SECOND: &str =
    "CREATE OR REPLACE PROCEDURE second() LANGUAGE sql AS 'INSERT INTO t VALUES (2)'; SELECT 'done'";

fn numbers(database: &TestDatabase) -> Vec<String> {
    sql(&database.options(), "SELECT id::text FROM t ORDER BY id")
}

#[test]
fn a_migration_that_failed_between_its_steps_goes_on() {
    let folder = recorded("interrupted");
    let database = restored(&dump("interrupted/failed.sql", |database| {
        let all = [["migrate", "--yes"], FOLDER].concat();
        assert_eq!(
            run(&folder, database, &all).code,
            3,
            "there is no procedure `second`"
        );
    }));
    assert_eq!(numbers(&database), ["1"]);
    let files = states(&folder, &database, &FOLDER);
    assert_eq!(files[1], ("2_fill_t.sql".to_owned(), "interrupted".to_owned()));
    sql(&database.options(), SECOND);
    succeed(&folder, &database, &[["migrate", "--yes"], FOLDER].concat());
    assert_eq!(
        numbers(&database),
        ["1", "2", "3"],
        "the first step did not run again"
    );
    migrating_writes_nothing(&folder, &database, &FOLDER);
}

#[test]
fn a_migration_that_was_killed_in_a_step_is_resumed_by_a_person() {
    let folder = recorded("interrupted");
    let database = restored(&dump("interrupted/killed.sql", |database| {
        killed(&folder, database);
    }));
    let migrate = [["migrate", "--yes"], FOLDER].concat();
    let refused = run(&folder, &database, &migrate);
    assert_eq!(refused.code, 3, "{}", refused.stderr);
    assert!(
        refused.stderr.contains("resume --running again"),
        "{}",
        refused.stderr
    );
    sql(&database.options(), SECOND);
    let resume = ["resume", "--running", "again", "--yes"];
    succeed(&folder, &database, &[resume.as_slice(), &FOLDER].concat());
    assert_eq!(numbers(&database), ["1", "2", "3"]);
    migrating_writes_nothing(&folder, &database, &FOLDER);
}

/// Kills the program in its second step, of which the database does not show what became.
fn killed(folder: &Path, database: &TestDatabase) {
    let waiting = "CREATE PROCEDURE second() LANGUAGE sql AS 'SELECT pg_sleep(600)'; SELECT 'done'";
    sql(&database.options(), waiting);
    let mut command = program(folder, &[["migrate", "--yes"], FOLDER].concat());
    command.env("DATABASE_URL", database.url()).stderr(Stdio::null());
    let mut running = command.spawn().unwrap();
    let sleeps =
        "SELECT pid::text FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'CALL%'";
    let mut session = Session::of(database);
    let deadline = Instant::now() + Duration::from_secs(20);
    while session.sql(sleeps).is_empty() {
        let ended = running.try_wait().unwrap();
        assert!(ended.is_none(), "it ended before its second step: {ended:?}");
        assert!(
            Instant::now() < deadline,
            "it did not reach its second step within 20 s"
        );
    }
    running.kill().unwrap();
    running.wait().unwrap();
    session.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'CALL%'");
}
