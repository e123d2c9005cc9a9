//! Nothing secret in a line: excerpts, what the server says, command lines, kept servers.

use std::process::Output;

use crate::{
    reference::database,
    support::{Project, stderr, stdout},
};

const SECRET: &str = "s3cretX";

/// A project of one migration.
fn project(sql: &str) -> Project {
    Project::of(&[("migrations/0001_a.sql", &sql.replace('§', SECRET))])
}

fn text(output: &Output) -> String {
    format!("{}{}", stdout(output), stderr(output))
}

/// Everything that a proof of this migration prints, as a document and as JSON lines.
fn printed(sql: &str) -> String {
    let project = project(sql);
    let output = project.run(&["--json", "--log", "json"]);
    assert_eq!(output.status.code(), Some(3), "{sql}\n{}", text(&output));
    text(&output)
}

#[test]
fn a_refused_statement_repeats_no_secret_and_no_value_of_a_row() {
    for sql in [
        "ALTER ROLE nope PASSWORD '§';",
        "CREATE ROLE a LOGIN PASSWORD \"§\";",
        "CREATE ROLE a PASSWORD 'it's§';",
        "CREATE ROLE a PASSWORD $x$§;",
        "CREATE SERVER s FOREIGN DATA WRAPPER nope OPTIONS (x '§');",
        "-- db-fresh: no-transaction\nCREATE SUBSCRIPTION s CONNECTION '§' PUBLICATION p;",
        "SELECT nope(password => '§');",
        "SELECT set_config('app.token', '§', nope);",
        "SELECT '{\"password\": \"§\"}'::json || 1;",
        "INSERT INTO nope (name, api_key) VALUES ('a', '§');",
        "SET work_mem = '§';",
        "SELECT to_date('§', 'YYYY');",
        "CREATE TABLE t (a text UNIQUE); INSERT INTO t VALUES ('§'); INSERT INTO t VALUES ('§');",
        "CREATE TABLE t (a text, b text NOT NULL); INSERT INTO t VALUES ('§', NULL);",
        "CREATE TABLE t (a text); INSERT INTO t VALUES ('§'); ALTER TABLE t ALTER a TYPE int USING a::int;",
        "CREATE TABLE p (a text PRIMARY KEY); CREATE TABLE c (a text REFERENCES p DEFERRABLE INITIALLY DEFERRED);\n\
         INSERT INTO c VALUES ('§');",
        "DO $$ BEGIN RAISE EXCEPTION '%', '§' USING ERRCODE = '42P01', DETAIL = '§', HINT = '§'; END $$;",
        "DO $$ BEGIN EXECUTE 'ALTER ROLE nope PASSWORD ''§'''; END $$;",
        "DO $$ DECLARE x int := '§'; BEGIN NULL; END $$;",
    ] {
        let printed = printed(sql);
        assert!(!printed.contains(SECRET), "{sql}\n{printed}");
        assert!(
            !printed.contains("at line "),
            "the server's own source:\n{printed}"
        );
    }
}

#[test]
fn names_and_written_messages_stay() {
    let printed = printed(
        "CREATE TABLE users (email text CONSTRAINT one_address UNIQUE); INSERT INTO users VALUES ('§'), ('§');",
    );
    for kept in ["one_address", "Key (email)=([hidden]) already exists."] {
        assert!(printed.contains(kept), "{printed}");
    }
    let printed = self::printed("DO $$ BEGIN RAISE EXCEPTION 'there are % users left', '§'; END $$;");
    assert!(printed.contains("there are … users left"), "{printed}");
}

#[test]
fn values_are_shown_where_that_is_asked_for_and_never_in_a_protected_environment() {
    let project = project("CREATE TABLE t (a text UNIQUE); INSERT INTO t VALUES ('§'), ('§');");
    let database = database();
    let migrate = |environment: &str, more: &[&str]| {
        let mut command = project.command(&["migrate", "--yes", "--environment", environment]);
        command.args(more).env("DATABASE_URL", database.url());
        text(&command.output().unwrap())
    };
    let hidden = migrate("development", &[]);
    assert!(!hidden.contains(SECRET), "{hidden}");
    assert!(hidden.contains("`--show-values` shows them"), "{hidden}");
    let shown = migrate("development", &["--show-values"]);
    assert!(
        shown.contains(&format!("Key (a)=({SECRET}) already exists.")),
        "{shown}"
    );
    let protected = migrate("production", &["--show-values"]);
    assert!(
        protected.contains("Key (a)=([hidden]) already exists."),
        "{protected}"
    );
    assert!(
        !protected.contains(SECRET) && !protected.contains("--show-values"),
        "{protected}"
    );
}

#[test]
fn seeds_and_preludes_repeat_no_value() {
    let project = project("CREATE TABLE t (id int PRIMARY KEY, a text UNIQUE, n int);");
    let accepted = project.run(&["contract", "accept"]);
    assert!(accepted.status.success(), "{}", stderr(&accepted));
    for (file, seed) in [
        ("seeds/10_a.sql", "INSERT INTO t VALUES (1, '§', 1), (2, '§', 1);"),
        ("seeds/10_a.sql", "INSERT INTO t VALUES (1, '§', 'x' || '§');"),
        ("seeds/10_a.toml", "[[t]]\nid = 1\na = \"§\"\nn = \"§\"\n"),
        ("seeds/10_t.csv", "id,a,n\n1,§,§\n"),
    ] {
        project.write(file, &seed.replace('§', SECRET));
        let output = project.run(&["--json"]);
        assert_eq!(output.status.code(), Some(6), "{}", stderr(&output));
        assert!(!text(&output).contains(SECRET), "{seed}\n{}", text(&output));
        std::fs::remove_file(project.path().join(file)).unwrap();
    }
    let prelude = format!("CREATE ROLE a PASSWORD '{SECRET}' nope;\n");
    project.write("prelude.sql", &prelude);
    let output = project.run(&["--prelude", "prelude.sql"]);
    assert_eq!(output.status.code(), Some(4));
    assert!(!text(&output).contains(SECRET), "{}", text(&output));
    assert!(
        text(&output).contains("PASSWORD '.......' nope"),
        "{}",
        text(&output)
    );
}

#[test]
fn an_error_of_the_command_line_repeats_no_value_that_may_be_an_address() {
    let project = project("SELECT 1;");
    for address in [
        "postgres://u:§@h.invalid/db",
        "postgres:/u:§@h/db",
        "u:§@h/db",
        "redis://:§@h",
        "host=h password=§",
        "postgres://u:§/x@h/db",
        "jdbc:postgresql://h/db?user=u&password=§",
    ] {
        let address = address.replace('§', SECRET);
        for words in [
            &["X"][..],
            &["migrate", "X"],
            &["--databse-url", "X"],
            &["migrate", "--databse-url=X"],
            &["--X"],
            &["--on", "X"],
            &["--log-level=X"],
            &["wait", "--timeout", "X"],
            &["rollback", "--last", "X"],
            &["adopt", "--from", "X"],
            &["new", "X"],
            &["contract", "diff", "X", "X"],
            &["--component", "X"],
            &["--migrations", "X"],
            &["--env", "X", "plan"],
            &["--variable", "X"],
        ] {
            let words: Vec<String> = words.iter().map(|word| word.replace('X', &address)).collect();
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            let output = project.run(&words);
            assert_ne!(output.status.code(), Some(0), "{words:?}");
            assert!(!text(&output).contains(SECRET), "{words:?}\n{}", text(&output));
        }
        for name in [
            "APP_ENV",
            "LOG_LEVEL",
            "DATABASE_URL",
            "DB_TIMEOUT",
            "MIGRATION_COMPONENT",
        ] {
            let mut command = project.command(&["wait", "--once", "--timeout", "1"]);
            let output = command.env(name, &address).output().unwrap();
            assert!(
                !text(&output).contains(SECRET),
                "{name}={address}\n{}",
                text(&output)
            );
        }
    }
    let mut command = project.command(&["--variable", SECRET, "plan"]);
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(64));
    assert!(!text(&output).contains(SECRET), "{}", text(&output));
    assert!(
        text(&output).contains("--variable <NAME=VALUE>"),
        "{}",
        text(&output)
    );
}

#[test]
fn the_form_of_a_url_is_shown_with_what_has_to_be_encoded() {
    let project = project("SELECT 1;");
    let mut command = project.command(&["wait", "--once"]);
    let output = command.env("DATABASE_URL", "nonsense").output().unwrap();
    let text = text(&output);
    assert!(
        text.contains("postgres://USER:PASSWORD@HOST:PORT/DATABASE"),
        "{text}"
    );
    assert!(text.contains("`@ : / # ? %`"), "{text}");
}

#[test]
fn a_private_server_has_nothing_of_the_environment_and_its_log_nothing_of_the_files() {
    let project = project(
        "DO $$ BEGIN RAISE WARNING '§'; EXECUTE 'CREATE ROLE a PASSWORD ''§'''; END $$;\n\
         CREATE TABLE t (a text UNIQUE); INSERT INTO t VALUES ('§'), ('§');",
    );
    let mut command = project.command(&["--on", "local", "--keep", "--json"]);
    let output = command
        .env("PGPASSWORD", "of-another-server")
        .env("PGSSLCERT", "/of-another-server")
        .output()
        .unwrap();
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let connect = document["kept"]["connect"].as_str().unwrap();
    let stop = document["kept"]["stop"].as_str().unwrap();
    let socket = connect
        .split("host=")
        .nth(1)
        .unwrap()
        .split(['&', '\''])
        .next()
        .unwrap();
    let folder = std::path::PathBuf::from(socket.replace("%2F", "/"));
    let log = std::fs::read_to_string(folder.join("log"));
    let pid = stop.rsplit(' ').next().unwrap();
    let stopped = std::process::Command::new("kill").arg(pid).status().unwrap();
    assert!(stopped.success());
    let log = log.unwrap();
    assert!(!log.contains(SECRET), "{log}");
    assert!(!text(&output).contains("of-another-server"), "{}", text(&output));
    assert!(!text(&output).contains("[REDACTED]@"), "{connect}");
}

#[test]
fn the_command_gets_an_address_without_the_password_of_another_server() {
    let project = Project::new();
    let mut command = project.command(&["--on", "local", "--", "sh", "-c", "echo \"<$DATABASE_URL>\""]);
    let output = command.env("PGPASSWORD", "of-another-server").output().unwrap();
    let text = text(&output);
    assert!(text.contains("<postgres://postgres@"), "{text}");
    assert!(!text.contains("of-another-server"), "{text}");
}
