//! Whether files share a session: the setting and the flag, in a project of one's own and on real databases. Folders of other tools are in
//! `cases/sessions.toml`.

use serde_json::Value;

use crate::{
    reference::{database, sql},
    support::{Project, codes, stderr},
};

const FIRST: &str = "CREATE SCHEMA app;\nCREATE TABLE app.a (id int);\nSET search_path = app, public;\n";
const NEEDS_IT: &str = "INSERT INTO a VALUES (1);\n";
const LANDS_ELSEWHERE: &str = "CREATE TABLE b (id int);\n";

/// A project whose folder has the names of sqlx, or files of our own format.
fn project(names: [&str; 2], second: &str, component: &str) -> Project {
    let config =
        format!("default_environment = \"development\"\n[[component]]\nname = \"main\"\n{component}");
    let [first_name, second_name] = names.map(|name| format!("migrations/main/{name}"));
    let files = [
        ("db-fresh.toml", config.as_str()),
        (first_name.as_str(), FIRST),
        (second_name.as_str(), second),
    ];
    Project::of(&files)
}

const OF_SQLX: [&str; 2] = ["20240101000000_a.sql", "20240102000000_b.sql"];
const OURS: [&str; 2] = ["0001_a.up.sql", "0002_b.up.sql"];

fn outcome(document: &Value) -> &str {
    document["sessions"]["outcome"].as_str().unwrap_or("none")
}

#[test]
fn a_file_of_ones_own_that_needs_the_session_of_another_is_an_error_that_names_both() {
    for (second, expected) in [(NEEDS_IT, "only-kept"), (LANDS_ELSEWHERE, "differ")] {
        let project = project(OF_SQLX, second, "");
        let (code, document) = project.proof(&[]);
        assert_eq!(code, 3);
        assert_eq!(codes(&document), ["migration/session-state"]);
        assert_eq!(outcome(&document), expected);
        let error = document["errors"][0].to_string();
        for text in [
            "20240101000000_a.sql",
            "20240102000000_b.sql",
            "search_path",
            "sessions = ",
        ] {
            assert!(error.contains(text), "{text}: {error}");
        }
    }
}

#[test]
fn the_setting_of_the_component_decides() {
    let kept = project(OF_SQLX, NEEDS_IT, "sessions = \"kept\"\n");
    let accepted = kept.run(&["contract", "accept"]);
    assert!(accepted.status.success(), "{}", stderr(&accepted));
    let (code, document) = kept.proof(&[]);
    assert_eq!((code, outcome(&document)), (0, "none"));

    let isolated = project(OF_SQLX, NEEDS_IT, "sessions = \"isolated\"\n");
    let (code, document) = isolated.proof(&[]);
    assert_eq!((code, codes(&document)), (3, vec!["migration/sql".to_owned()]));
    assert_eq!(document["migrations"]["applied"], 1);
}

#[test]
fn files_of_our_own_format_are_not_built_both_ways() {
    let project = project(OURS, NEEDS_IT, "");
    let (code, document) = project.proof(&[]);
    assert_eq!((code, codes(&document)), (3, vec!["migration/sql".to_owned()]));
    assert_eq!(outcome(&document), "none");
    let hint = document["errors"][0]["hints"].to_string();
    assert!(
        hint.contains("a search path in line 3") && hint.contains("--sessions kept"),
        "{hint}"
    );
}

#[test]
fn the_flag_decides_for_a_folder() {
    let folder = Project::of(&[("m/1_a.sql", FIRST), ("m/2_b.sql", LANDS_ELSEWHERE)]);
    let tables = |how: &[&str]| {
        let mut arguments = vec!["--migrations", "m", "--format", "sqlx"];
        arguments.extend(how);
        let (code, document) = folder.proof(&arguments);
        assert_eq!(code, 0);
        (
            document["schema"]["digest"].clone(),
            outcome(&document).to_owned(),
        )
    };
    let (kept, of_kept) = tables(&["--sessions", "kept"]);
    let (isolated, of_isolated) = tables(&["--sessions", "isolated"]);
    let (compared, of_both) = tables(&[]);
    assert_eq!(
        [of_kept, of_isolated, of_both].each_ref().map(String::as_str),
        ["none", "none", "differ"]
    );
    assert_ne!(kept, isolated);
    assert_eq!(compared, kept, "the proof goes on as the tool runs it");
}

#[test]
fn values_that_nobody_knows_and_components_that_do_not_agree_are_refused() {
    let wrong = project(OF_SQLX, NEEDS_IT, "sessions = \"keep\"\n");
    let output = wrong.run(&["--json"]);
    let said = stderr(&output);
    assert_eq!(output.status.code(), Some(64), "{said}");
    assert!(said.contains("`isolated`") && said.contains("`kept`"), "{said}");

    let flag = wrong.run(&["migrate", "--sessions", "keep"]);
    assert_eq!(flag.status.code(), Some(64), "{}", stderr(&flag));

    let mixed = project(
        OF_SQLX,
        NEEDS_IT,
        "sessions = \"kept\"\n[[component]]\nname = \"other\"\nmigrations = \"migrations/main\"\n",
    );
    let output = mixed.run(&["--json"]);
    let said = stderr(&output);
    assert_eq!(output.status.code(), Some(64), "{said}");
    assert!(
        said.contains("config/mixed-sessions") && said.contains("`other`"),
        "{said}"
    );
}

#[test]
fn a_real_database_is_migrated_once_and_as_it_is_said() {
    let folder = Project::of(&[
        ("m/1_a.up.sql", FIRST),
        ("m/1_a.down.sql", "DROP SCHEMA app CASCADE;\n"),
        ("m/2_b.up.sql", LANDS_ELSEWHERE),
        ("m/2_b.down.sql", "DROP TABLE b;\nSET search_path = app;\n"),
    ]);
    for (how, schema) in [
        (None, "public"),
        (Some("isolated"), "public"),
        (Some("kept"), "app"),
    ] {
        let database = database();
        let url = database.url();
        let mut arguments = vec![
            "--migrations",
            "m",
            "--format",
            "golang-migrate",
            "--database-url",
            &url,
            "--environment",
            "development",
        ];
        if let Some(how) = how {
            arguments.extend(["--sessions", how]);
        }
        let run = |command: &[&str]| {
            let all: Vec<_> = command.iter().chain(&arguments).copied().collect();
            let ended = folder.run(&all);
            assert!(ended.status.success(), "{how:?}: {}", stderr(&ended));
        };
        run(&["provision"]);
        let found = sql(
            &database.options(),
            "SELECT schemaname::text FROM pg_tables WHERE tablename = 'b'",
        );
        assert_eq!(found, [schema], "{how:?}");
        run(&["migrate", "--yes"]);
    }
}

#[test]
fn files_that_cannot_run_twice_on_a_server_are_not_compared() {
    let database = database();
    let role = format!("sessions_{}", std::process::id());
    let first = format!("CREATE ROLE {role};\nSET search_path = '';\n");
    let folder = Project::of(&[
        ("m/1_a.sql", &first),
        ("m/2_b.sql", "CREATE TABLE public.b (id int);\n"),
    ]);
    let url = database.url();
    let (code, document) = folder.proof(&["--migrations", "m", "--format", "sqlx", "--database-url", &url]);
    sql(&database.options(), &format!("DROP ROLE {role}"));
    assert_eq!((code, outcome(&document)), (0, "not-comparable"));
}
