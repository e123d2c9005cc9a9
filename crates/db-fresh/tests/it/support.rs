//! A small project in a folder of its own, and the program run in it.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use serde_json::Value;
use tempfile::TempDir;

/// A project of two components, with everything that a run looks at.
pub(crate) struct Project {
    folder: TempDir,
}

const CONFIG: &str = "\
default_environment = \"development\"

[[component]]
name = \"app\"
schemas = [\"public\"]

[[component]]
name = \"reports\"
schemas = [\"reports\"]
after = [\"app\"]
";

const FILES: [(&str, &str); 11] = [
    ("db-fresh.toml", CONFIG),
    (
        "migrations/app/0001_create_users.up.sql",
        "CREATE TABLE users (id bigint PRIMARY KEY, name text NOT NULL);\n",
    ),
    ("migrations/app/0001_create_users.down.sql", "DROP TABLE users;\n"),
    (
        "migrations/app/0002_create_posts.up.sql",
        "-- Who wrote what.\nCREATE TABLE posts (\n    id bigint PRIMARY KEY,\n    author bigint NOT NULL REFERENCES users\n);\n",
    ),
    ("migrations/app/0002_create_posts.down.sql", "DROP TABLE posts;\n"),
    (
        "migrations/app/0010_index_posts.up.sql",
        "CREATE INDEX CONCURRENTLY posts_author ON posts (author);\n",
    ),
    (
        "migrations/app/0010_index_posts.down.sql",
        "DROP INDEX CONCURRENTLY posts_author;\n",
    ),
    (
        "migrations/reports/0001_create_reports.up.sql",
        "CREATE SCHEMA reports;\nCREATE VIEW reports.authors AS SELECT DISTINCT author FROM public.posts;\n",
    ),
    (
        "migrations/reports/0001_create_reports.down.sql",
        "DROP VIEW reports.authors;\nDROP SCHEMA reports;\n",
    ),
    (
        "seeds/app/10_users.sql",
        "INSERT INTO users VALUES (1, 'Ada'), (2, 'Brook') ON CONFLICT (id) DO NOTHING;\n",
    ),
    ("README.md", "A project that db-fresh is tried on.\n"),
];

impl Project {
    /// The project with its contracts recorded.
    pub(crate) fn new() -> Self {
        let project = Self::without_contracts();
        let accepted = project.run(&["contract", "accept"]);
        assert!(accepted.status.success(), "{}", stderr(&accepted));
        project
    }

    pub(crate) fn without_contracts() -> Self {
        let project = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        for (file, text) in FILES {
            project.write(file, text);
        }
        project
    }

    /// A folder with nothing but these files.
    pub(crate) fn of(files: &[(&str, &str)]) -> Self {
        let project = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        for (file, text) in files {
            project.write(file, text);
        }
        project
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn write(&self, file: &str, text: &str) {
        let path = self.folder.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub(crate) fn read(&self, file: &str) -> String {
        fs::read_to_string(self.folder.path().join(file)).unwrap()
    }

    pub(crate) fn has(&self, file: &str) -> bool {
        self.folder.path().join(file).exists()
    }

    /// The program in this folder, with nothing in its environment that would change what it does.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_db-fresh"));
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .env("CI", "true");
        for name in [
            "DATABASE_URL",
            "APP_ENV",
            "APP_SCHEMA_VERSION",
            "LOG_LEVEL",
            "MIGRATIONS_ROOT",
            "MIGRATION_COMPONENT",
            "MIGRATION_EMAIL_HASH_KEY",
            "EMAIL_HASH_KEY",
            "PG_BIN",
            "SKIP_SEED",
            "DB_TIMEOUT",
            "MIGRATION_ASSUME_YES",
        ] {
            command.env_remove(name);
        }
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// `db-fresh --json`: the exit code and the document.
    pub(crate) fn proof(&self, arguments: &[&str]) -> (i32, Value) {
        let mut all = vec!["db-fresh", "--json"];
        all.extend(arguments);
        let output = self.run(&all);
        let document = serde_json::from_slice(&output.stdout);
        let document: Value = document.unwrap_or_else(|_| panic!("no document:\n{}", stderr(&output)));
        let code = output.status.code().unwrap();
        assert_eq!(document["exit_code"], code);
        assert_eq!(document["ok"], code == 0);
        (code, document)
    }

    /// A run that fails, as its exit code and the codes of what it reports.
    pub(crate) fn failure(&self, arguments: &[&str]) -> (i32, Vec<String>) {
        let (code, document) = self.proof(arguments);
        (code, codes(&document))
    }
}

/// The codes of the errors in a document.
pub(crate) fn codes(document: &Value) -> Vec<String> {
    let errors = document["errors"].as_array().unwrap();
    errors
        .iter()
        .map(|error| error["code"].as_str().unwrap().to_owned())
        .collect()
}

pub(crate) fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// The workspace, which holds the reference database.
pub(crate) fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .canonicalize()
        .unwrap()
}

/// Folders of private servers.
pub(crate) fn private_folders() -> Vec<PathBuf> {
    let mut found = Vec::new();
    for base in ["/dev/shm", "/tmp"] {
        let Ok(entries) = fs::read_dir(base) else { continue };
        let ours = entries
            .flatten()
            .filter(|entry| entry.file_name().to_string_lossy().starts_with("db-fresh"));
        found.extend(ours.map(|entry| entry.path()));
    }
    found
}
