//! The proof itself: the reference database, its flags, its report.

use std::{fs, process::Command};

use crate::support::{Project, private_folders, stderr, stdout, workspace};

#[test]
fn the_reference_database_can_be_built_from_nothing() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_db-fresh"));
    command
        .args(["db-fresh", "--json"])
        .current_dir(workspace())
        .env_remove("DATABASE_URL")
        .env("CI", "true");
    let output = command.output().unwrap();
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let migrations = &document["migrations"];
    let count = |folder: &str| {
        let entries = fs::read_dir(workspace().join("migrations").join(folder))
            .unwrap()
            .flatten();
        entries
            .filter(|entry| entry.file_name().to_string_lossy().ends_with(".up.sql"))
            .count()
    };
    assert_eq!(migrations["applied"], count("operational") + count("analytics"));
    assert!(count("operational") >= 34);
    let steps: Vec<_> = document["steps"]
        .as_array()
        .unwrap()
        .iter()
        .map(|step| step["name"].as_str().unwrap())
        .collect();
    assert_eq!(
        steps,
        [
            "acquire",
            "wait",
            "preflight",
            "migrate",
            "again",
            "contract",
            "consumers",
            "seed",
            "seed again",
            "rollback"
        ]
    );
    assert!(
        document["steps"]
            .as_array()
            .unwrap()
            .iter()
            .all(|step| step["outcome"] == "ok"),
        "{document}"
    );
    for field in [
        "postgres",
        "schema",
        "contract",
        "queries",
        "seeds",
        "rollback",
        "errors",
        "duration_ms",
    ] {
        assert!(!document[field].is_null(), "{field}");
    }
}

#[test]
fn a_component_brings_along_what_it_comes_after() {
    let project = Project::new();
    let (code, document) = project.proof(&["--component", "app"]);
    assert_eq!((code, &document["migrations"]["applied"]), (0, &3.into()));
    let (code, document) = project.proof(&["--component", "reports"]);
    assert_eq!((code, &document["migrations"]["applied"]), (0, &4.into()));
}

#[test]
fn a_prelude_runs_once_before_the_first_migration_and_leaks_nothing_into_it() {
    let project = Project::of(&[
        (
            "m/1_a.sql",
            "CREATE TABLE a (owner_is text DEFAULT current_user);\nINSERT INTO a DEFAULT VALUES;\nGRANT SELECT ON a TO reader;\n",
        ),
        (
            "prelude.sql",
            "CREATE ROLE reader;\nSET search_path = nowhere;\nCREATE SCHEMA platform;\nCREATE TABLE platform.given (id int);\n",
        ),
    ]);
    let (code, document) = project.proof(&["--migrations", "m", "--prelude", "prelude.sql"]);
    assert_eq!(code, 0, "{document}");
    assert_eq!(
        document["schema"]["tables"], 2,
        "what the prelude made counts, the ledger does not"
    );
    assert_eq!(project.failure(&["--migrations", "m"]).0, 3);
    let (code, found) = project.failure(&["--migrations", "m", "--prelude", "nowhere.sql"]);
    assert_eq!((code, found), (4, vec!["preflight/prelude".to_owned()]));
}

#[test]
fn a_folder_is_replayed_beside_a_table_of_the_ledgers_name() {
    let project = Project::of(&[(
        "m/1_a.sql",
        "CREATE TABLE schema_migrations (version bigint PRIMARY KEY, dirty boolean);\nINSERT INTO schema_migrations VALUES (1, false);\n",
    )]);
    let (code, document) = project.proof(&["--migrations", "m"]);
    assert_eq!(
        (code, &document["schema"]["tables"]),
        (0, &1.into()),
        "{document}"
    );
}

#[test]
fn a_down_script_of_somebody_elses_folder_that_fails_is_said_and_ends_nothing() {
    let project = Project::of(&[
        ("m/1_a.up.sql", "CREATE TABLE a (id int);\n"),
        ("m/1_a.down.sql", "DROP TABLE b;\n"),
    ]);
    let (code, document) = project.proof(&["--migrations", "m"]);
    assert_eq!(
        (code, &document["rollback"]["code"]),
        (0, &"migration/down-failed".into())
    );
    let step = document["steps"].as_array().unwrap().last().unwrap();
    assert_eq!(
        (&step["name"], &step["outcome"]),
        (&"rollback".into(), &"warning".into())
    );
}

#[test]
fn database_url_of_the_environment_never_chooses_the_server() {
    let project = Project::new();
    let mut command = project.command(&["db-fresh", "--json"]);
    let output = command
        .env("DATABASE_URL", "postgres://dev@127.0.0.1:1/precious")
        .output()
        .unwrap();
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        (output.status.code(), &document["postgres"]["provider"]),
        (Some(0), &"local".into())
    );
}

#[test]
fn a_named_server_gets_a_scratch_database_and_loses_it_again() {
    use ephemeral_postgres::TestServer;
    use sqlx::{Connection, Row};
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let server = runtime
        .block_on(TestServer::shared(|name| std::env::var_os(name)))
        .unwrap();
    let database = runtime.block_on(server.database()).unwrap();
    let project = Project::new();
    let (code, document) = project.proof(&["--database-url", &database.url()]);
    assert_eq!(
        (code, &document["postgres"]["provider"]),
        (0, &"server".into()),
        "{document}"
    );
    let left = runtime.block_on(async {
        let mut connection = database.connect().await.unwrap();
        let question =
            "SELECT (SELECT count(*) FROM pg_database WHERE datname LIKE 'db\\_fresh\\_scratch\\_db%')
                             + (SELECT count(*) FROM pg_class WHERE relname = 'users')";
        let row = sqlx::query(question).fetch_one(&mut connection).await.unwrap();
        connection.close().await.unwrap();
        row.get::<i64, _>(0)
    });
    assert_eq!(
        left, 0,
        "no scratch database stayed, and the named one was not touched"
    );
}

#[test]
fn a_kept_database_can_be_reached_by_the_command_that_is_printed() {
    let project = Project::new();
    let output = project.run(&["db-fresh", "--keep"]);
    assert!(output.status.success());
    let said = stderr(&output);
    let after = |label: &str| {
        said.lines()
            .find_map(|line| line.trim().strip_prefix(label))
            .unwrap()
            .trim()
            .to_owned()
    };
    let (connect, remove) = (after("connect:"), after("remove:"));
    let rows = Command::new("sh")
        .args(["-c", &format!("{connect} -XAtc 'SELECT count(*) FROM users'")])
        .output();
    let removed = Command::new("sh").args(["-c", &remove]).status().unwrap();
    assert_eq!(stdout(&rows.unwrap()), "2\n", "{connect}");
    assert!(removed.success(), "{remove}");
}

#[test]
fn a_failed_run_keeps_its_database_outside_of_ci_only() {
    let project = Project::new();
    project.write("migrations/app/0011_broken.up.sql", "SELEKT 1;\n");
    let output = project
        .command(&["db-fresh", "--json"])
        .env("CI", "false")
        .output()
        .unwrap();
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let kept = document["kept"]["connect"]
        .as_str()
        .unwrap_or_else(|| panic!("{document}"));
    let stop = document["kept"]["stop"].as_str().unwrap();
    let tables = Command::new("sh")
        .args(["-c", &format!("{kept} -XAtc 'SELECT count(*) FROM posts'")])
        .output();
    assert!(Command::new("sh").args(["-c", stop]).status().unwrap().success());
    assert_eq!(
        stdout(&tables.unwrap()),
        "0\n",
        "what ran before the failure is there to look at"
    );
    assert!(
        project.proof(&[]).1["kept"].is_null(),
        "in CI nobody would come to look"
    );
}

#[test]
fn nothing_is_left_behind() {
    let project = Project::new();
    let before = private_folders();
    let output = project.run(&["db-fresh"]);
    assert!(output.status.success());
    let mine: Vec<_> = private_folders()
        .into_iter()
        .filter(|path| !before.contains(path))
        .collect();
    // Other tests start servers at the same time; this run's own folder is named in nothing that stays.
    for path in mine {
        assert!(
            path.join("watched").exists() || !path.exists(),
            "{}",
            path.display()
        );
    }
}
