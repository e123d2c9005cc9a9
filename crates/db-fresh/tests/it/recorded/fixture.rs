//! Where the recordings are, and how they are made and read.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use ephemeral_postgres::TestDatabase;
use serde_json::Value;

use crate::{
    reference::{Ended, Session, database, fingerprint, xtask},
    support::workspace,
};

/// A file or folder under `fixtures/recorded`.
pub(super) fn recorded(name: &str) -> PathBuf {
    workspace().join("fixtures/recorded").join(name)
}

/// Whether this run records, with a program of another version in the place of this workspace's.
fn records() -> bool {
    std::env::var_os("DB_FRESH_RECORD_WITH").is_some()
}

/// The program in this folder.
pub(super) fn program(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = xtask(arguments);
    command.current_dir(folder);
    command
}

/// Runs the program in a folder, on this database.
pub(super) fn run(folder: &Path, database: &TestDatabase, arguments: &[&str]) -> Ended {
    let mut command = program(folder, arguments);
    Ended::of(&command.env("DATABASE_URL", database.url()).output().unwrap())
}

/// As [`run`], for what has to succeed; gives what it printed on standard output.
pub(super) fn succeed(folder: &Path, database: &TestDatabase, arguments: &[&str]) -> String {
    let ended = run(folder, database, arguments);
    assert_eq!(ended.code, 0, "{arguments:?}: {}{}", ended.stdout, ended.stderr);
    ended.stdout
}

/// The text of a dump. `make` says how the database came to be, and makes it where this run records.
pub(super) fn dump(file: &str, make: impl FnOnce(&TestDatabase)) -> String {
    let path = recorded(file);
    if records() {
        let made = database();
        make(&made);
        let output = Command::new("pg_dump")
            .args(["--inserts", "--no-owner", "--dbname", &made.url()])
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        fs::write(&path, plain(&String::from_utf8(output.stdout).unwrap())).unwrap();
    }
    fs::read_to_string(path).unwrap()
}

/// A dump that can be sent to a server and gives the same schema. Lines for psql alone, such as `\restrict`, hold a random word and are
/// no SQL. The list of a `varchar` column's check comes back with its casts in another place when it is read a second time, which has
/// nothing to do with the program.
fn plain(dump: &str) -> String {
    let lines = dump.split_inclusive('\n');
    let sql: String = lines.filter(|line| !line.starts_with('\\')).collect();
    sql.replace(
        "(event_outcome)::text = ANY ((ARRAY['success'::character varying, 'failure'::character varying, \
         'denied'::character varying])::text[])",
        "event_outcome IN ('success', 'failure', 'denied')",
    )
}

/// A database with what a dump says.
pub(super) fn restored(dump: &str) -> TestDatabase {
    let restored = database();
    // A session of its own: a dump changes settings.
    Session::of(&restored).sql(dump);
    restored
}

/// Compares with a recorded text, or records it.
pub(super) fn text(file: &str, now: &str) -> String {
    let path = recorded(file);
    if records() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, now).unwrap();
    }
    fs::read_to_string(path).unwrap()
}

/// The migrations of a project as `status` shows them: file and state.
pub(super) fn states(folder: &Path, database: &TestDatabase, arguments: &[&str]) -> Vec<(String, String)> {
    let all = [&["status", "--json"], arguments].concat();
    let document: Value = serde_json::from_str(&succeed(folder, database, &all)).unwrap();
    assert_eq!(document["ok"], true, "{}", document["errors"]);
    let text = |item: &Value, key: &str| item[key].as_str().unwrap().to_owned();
    let items = document["items"].as_array().unwrap().iter();
    items
        .map(|item| (text(item, "file"), text(item, "state")))
        .collect()
}

/// Runs `migrate` and asserts that nothing at all was written.
pub(super) fn migrating_writes_nothing(folder: &Path, database: &TestDatabase, arguments: &[&str]) {
    let before = fingerprint(&database.options());
    let all = [&["migrate", "--yes"], arguments].concat();
    succeed(folder, database, &all);
    assert_eq!(fingerprint(&database.options()), before);
}
