//! Rolling back and applying again: correct down scripts are accused of nothing, and of a wrong one file and object are named.

use ephemeral_postgres::{TestDatabase, TestServer};
use serde_json::Value;

use crate::support::{Project, codes};

/// Folders. A case begins with `== title`, `-> ok` or `-> code, the file to blame, words of what is said`; a file with `@ name`.
const CASES: &str = include_str!("rollback_cases.txt");

struct Case<'c> {
    title: &'c str,
    /// The code, the file and the words, unless all is well.
    blamed: Option<[&'c str; 3]>,
    files: Vec<(String, String)>,
}

fn cases() -> Vec<Case<'static>> {
    let read = |text: &'static str| {
        let mut parts = text.split("\n@ ");
        let (title, expected) = parts.next().unwrap().split_once("\n-> ").unwrap();
        let blamed = (expected.trim() != "ok").then(|| {
            let words: Vec<_> = expected.trim().splitn(3, ", ").collect();
            words.try_into().unwrap()
        });
        let files = parts.map(|file| file.split_once('\n').unwrap());
        let files = files
            .map(|(name, sql)| (name.to_owned(), format!("{sql}\n")))
            .collect();
        Case { title, blamed, files }
    };
    CASES.split("== ").skip(1).map(read).collect()
}

/// What the step says, and what the document has of it.
fn rolled_back(case: &Case<'_>, url: &str) -> (String, Value) {
    let files: Vec<_> = case
        .files
        .iter()
        .map(|(name, sql)| (name.as_str(), sql.as_str()))
        .collect();
    let project = Project::of(&files);
    let mut arguments = vec!["--migrations", "m"];
    // Roles outlive a database, so who makes some gets a server of their own.
    if !case.files.iter().any(|(_, sql)| sql.contains("CREATE ROLE")) {
        arguments.extend(["--database-url", url]);
    }
    if project.has("prelude.sql") {
        arguments.extend(["--prelude", "prelude.sql"]);
    }
    let (code, document) = project.proof(&arguments);
    assert_eq!(code, 0, "{}: {document}", case.title);
    let step = document["steps"].as_array().unwrap().last().unwrap();
    assert_eq!(step["name"], "rollback", "{}", case.title);
    let outcome = format!(
        "{} {}",
        step["outcome"].as_str().unwrap(),
        step["detail"].as_str().unwrap()
    );
    (outcome, document["rollback"].clone())
}

/// A server that is there already; its databases come and go with each run.
struct Shared {
    _runtime: tokio::runtime::Runtime,
    _database: TestDatabase,
    url: String,
}

impl Shared {
    fn new() -> Self {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let server = runtime.block_on(TestServer::shared(|name| std::env::var_os(name)));
        let database = runtime.block_on(server.unwrap().database()).unwrap();
        let url = database.url();
        Self {
            _runtime: runtime,
            _database: database,
            url,
        }
    }
}

#[test]
fn correct_down_scripts_are_accused_of_nothing() {
    let server = Shared::new();
    let mut accused = Vec::new();
    let cases = cases();
    let correct = cases.iter().filter(|case| case.blamed.is_none());
    for case in correct {
        let (outcome, found) = rolled_back(case, &server.url);
        if found["ok"] != true || !outcome.starts_with("ok ") {
            accused.push(format!("{}: {outcome}", case.title));
        }
    }
    assert_eq!(accused, Vec::<String>::new());
}

#[test]
fn of_a_wrong_down_script_file_and_object_are_named() {
    let server = Shared::new();
    let mut wrong = Vec::new();
    for case in &cases() {
        let Some([code, file, words]) = case.blamed else {
            continue;
        };
        let (outcome, found) = rolled_back(case, &server.url);
        let place = found["where"]["file"].as_str().unwrap_or_default();
        if found["code"] != code || !place.ends_with(file) || !outcome.contains(words) {
            wrong.push(format!("{}: {outcome} {found}", case.title));
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn a_schema_of_its_own_for_the_ledger_is_left_by_no_down_script() {
    let project = Project::of(&[
        (
            "db-fresh.toml",
            "[ledger]\nschema = \"records\"\n[[component]]\nname = \"main\"\nschemas = [\"public\"]\n",
        ),
        ("migrations/main/0001_a.up.sql", "CREATE TABLE a (id int);\n"),
        ("migrations/main/0001_a.down.sql", "DROP TABLE a;\n"),
    ]);
    assert!(project.run(&["contract", "accept"]).status.success());
    let (code, document) = project.proof(&[]);
    assert_eq!((code, codes(&document)), (0, Vec::new()), "{document}");
}

#[test]
fn a_down_script_that_removes_the_ledger_is_told_so() {
    let project = Project::of(&[
        (
            "db-fresh.toml",
            "[[component]]\nname = \"main\"\nschemas = [\"public\"]\n",
        ),
        ("migrations/main/0001_a.up.sql", "CREATE TABLE a (id int);\n"),
        (
            "migrations/main/0001_a.down.sql",
            "DROP SCHEMA public CASCADE;\nCREATE SCHEMA public;\n",
        ),
    ]);
    assert!(project.run(&["contract", "accept"]).status.success());
    let (code, document) = project.proof(&[]);
    assert_eq!(
        (code, codes(&document)),
        (3, vec!["migration/down-failed".to_owned()])
    );
    let hints = document["errors"][0]["hints"].to_string();
    assert!(hints.contains("removes or renames the ledger"), "{document}");
}

#[test]
fn in_one_s_own_project_the_lowest_down_script_is_named_and_ends_the_run() {
    let project = Project::of(&[
        (
            "db-fresh.toml",
            "[[component]]\nname = \"main\"\nschemas = [\"public\"]\n",
        ),
        ("migrations/main/0001_a.up.sql", "CREATE TABLE a (id int);\n"),
        (
            "migrations/main/0001_a.down.sql",
            "CREATE TABLE IF NOT EXISTS a_backup AS SELECT * FROM a;\nDROP TABLE a;\n",
        ),
        ("migrations/main/0002_c.up.sql", "CREATE TABLE c (id int);\n"),
        ("migrations/main/0002_c.down.sql", "DROP TABLE c;\n"),
        ("migrations/main/0003_d.up.sql", "CREATE TABLE d (id int);\n"),
        ("migrations/main/0003_d.down.sql", "DROP TABLE d;\n"),
    ]);
    assert!(project.run(&["contract", "accept"]).status.success());
    let (code, document) = project.proof(&[]);
    assert_eq!(
        (code, codes(&document)),
        (3, vec!["migration/irreversible".to_owned()])
    );
    let error = &document["errors"][0];
    assert_eq!(error["where"]["file"], "migrations/main/0001_a.down.sql");
    assert!(
        error["facts"].to_string().contains("table public.a_backup"),
        "{error}"
    );
}

#[test]
fn of_several_components_the_one_with_the_wrong_down_script_is_named() {
    let project = Project::of(&[
        (
            "db-fresh.toml",
            "[[component]]\nname = \"one\"\nschemas = [\"public\"]\n\n[[component]]\nname = \"two\"\nafter = [\"one\"]\nschemas = [\"two\"]\n",
        ),
        ("migrations/one/1_t.up.sql", "CREATE TABLE t (id int);\n"),
        ("migrations/one/1_t.down.sql", "DROP TABLE t;\n"),
        (
            "migrations/two/1_s.up.sql",
            "CREATE SCHEMA two; CREATE TABLE two.a (id int);\n",
        ),
        ("migrations/two/1_s.down.sql", "DROP SCHEMA two CASCADE;\n"),
        (
            "migrations/two/2_c.up.sql",
            "ALTER TABLE two.a ADD COLUMN b int DEFAULT 2;\n",
        ),
        (
            "migrations/two/2_c.down.sql",
            "ALTER TABLE two.a ALTER COLUMN b DROP DEFAULT;\n",
        ),
    ]);
    assert!(project.run(&["contract", "accept"]).status.success());
    let (code, document) = project.proof(&[]);
    assert_eq!(
        (code, codes(&document)),
        (3, vec!["migration/irreversible".to_owned()])
    );
    let error = &document["errors"][0];
    assert_eq!(error["where"]["file"], "migrations/two/2_c.down.sql");
    assert!(error["facts"].to_string().contains("+ column b"), "{error}");
}
