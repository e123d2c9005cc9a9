//! A project with something for development alone, and a database that shows whether it ran.

use std::{ffi::OsStr, process::Command};

use ephemeral_postgres::TestDatabase;

use crate::{
    reference::{Ended, database, fingerprint, sql},
    support::Project,
};

/// A project and an empty database. Nothing says which environment it is.
pub(super) struct Place {
    pub(super) project: Project,
    pub(super) database: TestDatabase,
}

const FILES: [(&str, &str); 5] = [
    (
        "migrations/1_a.up.sql",
        "CREATE TABLE a (id int PRIMARY KEY, note text);\n",
    ),
    ("migrations/1_a.down.sql", "DROP TABLE a;\n"),
    (
        "migrations/2_fake.up.sql",
        "-- DEV/TEST ONLY\nCREATE TABLE fake (id int);\n",
    ),
    ("migrations/2_fake.down.sql", "DROP TABLE fake;\n"),
    ("db-fresh.toml", ""),
];

impl Place {
    pub(super) fn new() -> Self {
        Self {
            project: Project::of(&FILES),
            database: database(),
        }
    }

    /// As [`Place::new`], with the migrations that may run in production applied there.
    pub(super) fn in_production() -> Self {
        let place = Self::new();
        let ended = place.run(&["migrate", "--yes", "--environment", "production"]);
        assert_eq!(ended.code, 0, "{}", ended.stderr);
        assert!(!place.has("fake"));
        place
    }

    pub(super) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.project.command(arguments);
        command.env("DATABASE_URL", self.database.url());
        command
    }

    pub(super) fn run(&self, arguments: &[&str]) -> Ended {
        Ended::of(&self.command(arguments).output().unwrap())
    }

    /// With `APP_ENV` of the process.
    pub(super) fn run_in(&self, app_env: impl AsRef<OsStr>, arguments: &[&str]) -> Ended {
        let mut command = self.command(arguments);
        Ended::of(&command.env("APP_ENV", app_env).output().unwrap())
    }

    pub(super) fn has(&self, table: &str) -> bool {
        self.ask(&format!("SELECT (to_regclass('{table}') IS NOT NULL)::text")) == ["true"]
    }

    pub(super) fn ask(&self, text: &str) -> Vec<String> {
        sql(&self.database.options(), text)
    }

    pub(super) fn fingerprint(&self) -> Vec<String> {
        fingerprint(&self.database.options())
    }

    /// Asserts that this is refused with the code of an error, and writes nothing.
    pub(super) fn refuses(&self, arguments: &[&str], code: i32, error: &str) -> Ended {
        let before = self.fingerprint();
        let ended = self.run(arguments);
        assert_eq!(
            ended.code, code,
            "{arguments:?}: {}{}",
            ended.stdout, ended.stderr
        );
        let error = format!("error[{error}]");
        assert!(
            ended.stderr.contains(&error),
            "{arguments:?}: {error}\n{}",
            ended.stderr
        );
        assert_eq!(self.fingerprint(), before, "{arguments:?} wrote something");
        ended
    }
}
