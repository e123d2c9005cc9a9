//! The commands beside `db-fresh`, on a real database.

use ephemeral_postgres::{TestDatabase, TestServer};

use crate::support::{Project, stderr, stdout};

/// A database, and the project that is to be its schema.
struct Ground {
    project: Project,
    database: TestDatabase,
    _runtime: tokio::runtime::Runtime,
}

fn ground() -> Ground {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let server = runtime
        .block_on(TestServer::shared(|name| std::env::var_os(name)))
        .unwrap();
    let database = runtime.block_on(server.database()).unwrap();
    Ground {
        project: Project::new(),
        database,
        _runtime: runtime,
    }
}

impl Ground {
    fn run(&self, arguments: &[&str]) -> (i32, String, String) {
        let output = self
            .project
            .command(arguments)
            .env("DATABASE_URL", self.database.url())
            .output()
            .unwrap();
        (output.status.code().unwrap(), stdout(&output), stderr(&output))
    }
}

#[test]
fn a_plan_writes_nothing_and_migrate_does_what_it_said() {
    let ground = ground();
    let (code, plan, _) = ground.run(&["plan"]);
    assert_eq!(code, 0);
    assert!(
        plan.contains("4 pending") && plan.contains("0010_index_posts.up.sql"),
        "{plan}"
    );
    assert!(
        plan.contains("step by step: `CREATE INDEX CONCURRENTLY`"),
        "{plan}"
    );
    let (_, status, _) = ground.run(&["status"]);
    assert!(
        status.contains("4 pending") && !status.contains("applied"),
        "the plan wrote nothing: {status}"
    );

    let (code, _, said) = ground.run(&["migrate"]);
    assert_eq!(code, 64, "nobody is there to confirm: {said}");
    let (code, _, said) = ground.run(&["migrate", "--yes"]);
    assert_eq!(code, 0, "{said}");
    let (_, status, _) = ground.run(&["status"]);
    assert!(status.contains("4 applied"), "{status}");
    let (_, plan, _) = ground.run(&["plan"]);
    assert_eq!(plan, "nothing is pending\n");
}

#[test]
fn a_rollback_goes_back_by_count_or_to_a_version() {
    let ground = ground();
    assert_eq!(ground.run(&["migrate", "--yes", "--component", "app"]).0, 0);
    let (code, out, _) = ground.run(&["rollback", "--to", "1", "--dry-run", "--component", "app"]);
    assert_eq!(code, 0);
    assert!(
        out.contains("0010_index_posts.up.sql") && out.contains("0002_create_posts.up.sql"),
        "{out}"
    );
    assert_eq!(ground.run(&["rollback", "--yes", "--component", "app"]).0, 0);
    let (_, status, _) = ground.run(&["status", "--component", "app"]);
    assert!(status.contains("2 applied, 1 pending"), "{status}");
    assert_eq!(
        ground
            .run(&["rollback", "--to", "0001", "--yes", "--component", "app"])
            .0,
        0
    );
    let (_, status, _) = ground.run(&["status", "--component", "app"]);
    assert!(status.contains("1 applied, 2 pending"), "{status}");
}

#[test]
fn provision_twice_is_the_same_as_once() {
    let ground = ground();
    let (code, _, first) = ground.run(&["provision"]);
    assert_eq!(code, 0, "{first}");
    assert!(first.contains("inserted 2"), "{first}");
    let (code, _, second) = ground.run(&["provision"]);
    assert_eq!(code, 0, "{second}");
    assert!(
        second.contains("applied 0") && second.contains("inserted 0"),
        "{second}"
    );
}

#[test]
fn a_late_migration_is_refused_until_it_is_allowed() {
    let ground = ground();
    assert_eq!(ground.run(&["migrate", "--yes"]).0, 0);
    ground.project.write(
        "migrations/app/0005_create_tags.up.sql",
        "CREATE TABLE tags (id int);\n",
    );
    let (code, _, said) = ground.run(&["migrate", "--yes"]);
    assert_eq!(code, 3);
    assert!(
        said.contains("error[migration/late]") && said.contains("--allow-late"),
        "{said}"
    );
    let (code, _, said) = ground.run(&["migrate", "--yes", "--allow-late"]);
    assert_eq!(code, 0, "{said}");
}

#[test]
fn development_migrations_never_run_in_production() {
    let ground = ground();
    ground.project.write(
        "migrations/app/0011_fake_users.up.sql",
        "-- DEV/TEST ONLY\nINSERT INTO users VALUES (9, 'Nobody');\n",
    );
    let (code, _, said) = ground.run(&["migrate", "--yes", "--environment", "production"]);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("left out 0011_fake_users.up.sql"), "{said}");
    let (code, _, said) = ground.run(&["migrate", "--yes", "--environment", "development"]);
    assert_eq!(
        code, 3,
        "a database that served production cannot be called something else"
    );
    assert!(said.contains("error[migration/environment]"), "{said}");
}

#[test]
fn new_makes_both_halves_with_the_next_number() {
    let ground = ground();
    assert_eq!(ground.run(&["new", "add tags", "--component", "app"]).0, 0);
    assert!(ground.project.has("migrations/app/0011_add_tags.up.sql"));
    assert!(ground.project.has("migrations/app/0011_add_tags.down.sql"));
}

#[test]
fn json_lines_on_stderr_are_json() {
    let ground = ground();
    let (code, _, said) = ground.run(&["migrate", "--yes", "--log", "json"]);
    assert_eq!(code, 0);
    let lines: Vec<serde_json::Value> = said
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert!(
        lines
            .iter()
            .any(|line| line["filename"] == "0001_create_users.up.sql"),
        "{said}"
    );
    assert!(
        lines
            .iter()
            .all(|line| line["timestamp"].is_string() && line["level"].is_string())
    );
    ground
        .project
        .write("migrations/app/0011_broken.up.sql", "SELEKT 1;\n");
    let (code, _, said) = ground.run(&["migrate", "--yes", "--log", "json"]);
    assert_eq!(code, 3);
    let last: serde_json::Value = serde_json::from_str(said.lines().last().unwrap()).unwrap();
    assert_eq!(
        (&last["level"], &last["exitCode"], &last["line"]),
        (&"error".into(), &3.into(), &1.into())
    );
}
