//! Comments that limit where a migration or a seed runs, in the spellings that people use and in those that they get wrong: none of
//! them runs in production.

use ephemeral_postgres::TestServer;

use crate::support::{Project, stderr};

/// Spellings that count: the file is left out of production and runs in development.
const RIGHT: [&str; 14] = [
    "-- DEV/TEST ONLY\n",
    "--DEV/TEST ONLY\n",
    "-- DEV/TEST  ONLY\n",
    "-- DEV/TEST\tONLY\n",
    "-- DEV/TEST\u{a0}ONLY\n",
    "-- DEV / TEST  ONLY --\r\n",
    "-- [DEV/TEST ONLY]\n",
    "-- === DEV/TEST ONLY ===\n",
    "-- WARNING: DEV/TEST ONLY\n",
    "/****************\n * DEV/TEST ONLY *\n ****************/\n",
    "-- db-fresh : only dev\n",
    "BEGIN;\n-- DEV/TEST ONLY\n",
    "SET lock_timeout = '2s';\n-- DEV/TEST ONLY\n",
    ";\n-- DEV/TEST ONLY\n",
];

/// Spellings that are wrong: the folder is refused, with their line.
const WRONG: [&str; 12] = [
    "-- DEV/TEST-ONLY\n",
    "-- DEV ONLY\n",
    "-- TEST ONLY: fake users\n",
    "-- db_fresh: only dev\n",
    "-- dbfresh: only dev\n",
    "-- db-fresh: onyl dev\n",
    "-- db-fresh: only=dev\n",
    "-- db-fresh only dev\n",
    "-- db-fresh: no-transactoin\n",
    "-- only: dev\n",
    "BEGIN;\n/* dev-only */\n",
    "-- NOT FOR PRODUCTION\n",
];

const PROSE: [&str; 3] = [
    "-- used only in development of the index\n",
    "-- test only the first row\n",
    "-- only test users have this flag\n",
];

fn file(head: &str) -> String {
    let end = if head.contains("BEGIN") { "COMMIT;\n" } else { "" };
    format!("{head}CREATE TABLE fake (id int);\n{end}")
}

/// A project of one component in a database of its own.
struct Case {
    project: Project,
    url: String,
    _database: ephemeral_postgres::TestDatabase,
    _runtime: tokio::runtime::Runtime,
}

fn case(files: &[(&str, &str)]) -> Case {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let server = runtime.block_on(TestServer::shared(|name| std::env::var_os(name)));
    let database = runtime.block_on(server.unwrap().database()).unwrap();
    Case {
        project: Project::of(files),
        url: database.url().clone(),
        _database: database,
        _runtime: runtime,
    }
}

impl Case {
    /// The exit code and what is said.
    fn run(&self, arguments: &[&str]) -> (i32, String) {
        let mut command = self.project.command(arguments);
        let output = command.env("DATABASE_URL", &self.url).output().unwrap();
        (output.status.code().unwrap(), stderr(&output))
    }

    fn migrate(&self, environment: &str) -> (i32, String) {
        self.run(&["migrate", "--yes", "--environment", environment])
    }
}

#[test]
fn every_spelling_that_counts_is_left_out_of_production() {
    let case = case(&[("migrations/0001_a.sql", "CREATE TABLE a (id int);\n")]);
    for (number, head) in RIGHT.into_iter().enumerate() {
        let name = format!("{:04}_fake.sql", number + 2);
        case.project.write(&format!("migrations/{name}"), &file(head));
        let (code, said) = case.migrate("production");
        assert_eq!(code, 0, "{head}:\n{said}");
        assert!(said.contains(&format!("left out {name}")), "{head}:\n{said}");
    }
    let (code, said) = case.migrate("production");
    assert_eq!(code, 0, "{said}");
    assert_eq!(said.matches("left out").count(), RIGHT.len(), "{said}");
}

#[test]
fn every_spelling_that_is_wrong_is_refused_with_its_line() {
    let case = case(&[]);
    for head in WRONG {
        case.project.write("migrations/0001_fake.sql", &file(head));
        for environment in ["production", "development"] {
            let (code, said) = case.migrate(environment);
            assert_eq!(code, 3, "{head}:\n{said}");
            assert!(said.contains("error[migration/bad-directive]"), "{head}:\n{said}");
            let line = 1 + head.lines().count().saturating_sub(1);
            assert!(
                said.contains(&format!("0001_fake.sql:{line}:")),
                "{head}:\n{said}"
            );
        }
    }
    for tail in ["-- DEV/TEST ONLY\n", "/* dev only */", "-- db-fresh: only dev"] {
        case.project.write(
            "migrations/0001_fake.sql",
            &format!("CREATE TABLE fake (id int); {tail}"),
        );
        let (code, said) = case.migrate("production");
        assert_eq!(code, 3, "{tail}:\n{said}");
    }
}

#[test]
fn prose_that_mentions_tests_runs() {
    let case = case(&[]);
    for (number, head) in PROSE.into_iter().enumerate() {
        let text = format!("{head}CREATE TABLE t{number} (id int);\n");
        case.project
            .write(&format!("migrations/{:04}_t.sql", number + 1), &text);
    }
    let (code, said) = case.migrate("production");
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("applied 3"), "{said}");
}

#[test]
fn in_a_foreign_folder_a_wrong_spelling_is_refused_where_the_environment_is_protected() {
    let case = case(&[("theirs/1_fake.sql", "-- DEV ONLY\nCREATE TABLE fake (id int);\n")]);
    let migrate = |environment| {
        case.run(&[
            "migrate",
            "--yes",
            "--migrations",
            "theirs",
            "--environment",
            environment,
        ])
    };
    let (code, said) = migrate("production");
    assert_eq!(code, 3, "{said}");
    assert!(said.contains("theirs/1_fake.sql:1:4"), "{said}");
    assert!(said.contains("did you mean `-- DEV/TEST ONLY`?"), "{said}");
    let (code, said) = migrate("development");
    assert_eq!(code, 0, "{said}");
}

#[test]
fn seeds_have_the_same_grammar() {
    let case = case(&[("migrations/0001_a.sql", "CREATE TABLE a (id int PRIMARY KEY);\n")]);
    assert_eq!(case.migrate("production").0, 0);
    let seed = |name: &str, text: &str| {
        let file = format!("seeds/{name}");
        case.project.write(&file, text);
        let ended = case.run(&["seed", "--environment", "production"]);
        std::fs::remove_file(case.project.path().join(file)).unwrap();
        ended
    };
    let rows = "[[table]]\nname = \"a\"\nrows = [{ id = 1 }]\n";
    for (name, text) in [
        (
            "10_a.sql",
            "## DEV/TEST ONLY\nINSERT INTO a VALUES (1);".to_owned(),
        ),
        (
            "10_a.sql",
            "/* DEV/TEST  ONLY */ INSERT INTO a VALUES (1);".to_owned(),
        ),
        (
            "10_a.toml",
            format!("epoch = 2026-01-01T00:00:00Z\n# [DEV / TEST ONLY]\n{rows}"),
        ),
        ("10_a.csv", "# DEV/TEST ONLY\nid\n1\n".to_owned()),
    ] {
        let (code, said) = seed(name, &text);
        assert_eq!(code, 0, "{text}:\n{said}");
        assert!(said.contains("inserted 0"), "{text}:\n{said}");
    }
    for (name, text) in [
        (
            "10_a.sql",
            "-- db_fresh: only dev\nINSERT INTO a VALUES (1);".to_owned(),
        ),
        (
            "10_a.sql",
            "INSERT INTO a VALUES (1); -- DEV/TEST ONLY".to_owned(),
        ),
        ("10_a.toml", format!("# dev-only\n{rows}")),
        ("10_a.toml", format!("{rows}# DEV/TEST ONLY\n")),
        ("10_a.csv", "# DEV ONLY\nid\n1\n".to_owned()),
    ] {
        let (code, said) = seed(name, &text);
        assert_eq!(code, 6, "{text}:\n{said}");
        assert!(said.contains("error[seed/bad-directive]"), "{text}:\n{said}");
    }
}
