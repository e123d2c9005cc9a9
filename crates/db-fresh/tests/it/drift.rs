//! `drift`: what somebody did to a live database by hand is found, graded, and nothing is written.

use ephemeral_postgres::{TestDatabase, TestServer};
use serde_json::Value;
use sqlx::Executor;

use crate::support::{Project, stderr, stdout};

struct Live {
    project: Project,
    database: TestDatabase,
    runtime: tokio::runtime::Runtime,
}

/// A database that is what the project says.
fn live() -> Live {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let server = runtime
        .block_on(TestServer::shared(|name| std::env::var_os(name)))
        .unwrap();
    let database = runtime.block_on(server.database()).unwrap();
    let project = Project::new();
    let migrated = project.run(&["migrate", "--yes", "--database-url", &database.url()]);
    assert!(migrated.status.success(), "{}", stderr(&migrated));
    Live {
        project,
        database,
        runtime,
    }
}

impl Live {
    fn by_hand(&self, sql: &'static str) {
        let done = async { self.database.connect().await.unwrap().execute(sql).await };
        self.runtime.block_on(done).unwrap();
    }

    fn drift(&self, arguments: &[&str]) -> (i32, String, String) {
        let url = self.database.url();
        let mut all = vec!["drift", "--database-url", &url];
        all.extend(arguments);
        let output = self.project.run(&all);
        (output.status.code().unwrap(), stdout(&output), stderr(&output))
    }
}

const BY_HAND: &str = "GRANT SELECT ON users TO PUBLIC;
    CREATE INDEX tmp_name ON users (name);
    ALTER TABLE users ADD COLUMN note text;
    COMMENT ON TABLE posts IS 'hot';
    CREATE SCHEMA scratch;
    CREATE TABLE scratch.t (id int);";

#[test]
fn a_database_that_is_as_recorded_has_not_drifted() {
    let live = live();
    for arguments in [&[][..], &["--against", "replay"]] {
        let (code, out, said) = live.drift(arguments);
        assert_eq!((code, out.as_str()), (0, ""), "{said}");
        assert!(said.contains("nothing has drifted"), "{said}");
    }
}

#[test]
fn what_was_done_by_hand_is_graded_the_worst_first() {
    let live = live();
    live.by_hand(BY_HAND);
    let (code, out, said) = live.drift(&[]);
    assert_eq!(code, 5, "{said}");
    insta::assert_snapshot!(out);
    assert!(
        said.contains("error[contract/drift]") && said.contains("no contract covers scratch"),
        "{said}"
    );

    let (code, out, _) = live.drift(&["--against", "replay"]);
    assert_eq!(code, 5);
    assert!(
        out.contains("table scratch.t"),
        "a replay compares everything: {out}"
    );
}

#[test]
fn what_is_meant_is_named_with_its_reason_and_what_no_longer_matches_is_told() {
    let live = live();
    live.by_hand("CREATE INDEX tmp_name ON users (name)");
    let config = live.project.read("db-fresh.toml");
    let ignores = "[[ignore]]\npattern = \"table public.users / index tmp_* / *\"\nreason = \"for the import\"\n\
        [[ignore]]\npattern = \"view *\"\nreason = \"long gone\"\n";
    live.project
        .write("db-fresh.toml", &format!("{config}\n{ignores}"));
    let (code, out, said) = live.drift(&[]);
    assert_eq!(code, 0, "{said}");
    assert!(
        out.contains("(for the import)") && out.contains("`view *` matches nothing any more"),
        "{out}"
    );

    let (_, out, _) = live.drift(&["--json"]);
    let document: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(document["ok"], true);
    assert_eq!(document["ignored"][0]["reason"], "for the import");
    assert_eq!(document["unused"][0]["pattern"], "view *");
}

#[test]
fn a_role_that_may_only_read_finds_it_and_nothing_is_written() {
    let live = live();
    live.by_hand(BY_HAND);
    // Nothing could be written even by mistake.
    let name = live.database.url();
    let name = name
        .split('?')
        .next()
        .unwrap()
        .rsplit('/')
        .next()
        .unwrap()
        .to_owned();
    let sql = format!("ALTER DATABASE \"{name}\" SET default_transaction_read_only = on");
    let done = async {
        live.database
            .connect()
            .await
            .unwrap()
            .execute(sqlx::AssertSqlSafe(sql))
            .await
    };
    live.runtime.block_on(done).unwrap();
    let (code, out, _) = live.drift(&["--json"]);
    let document: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(
        (code, &document["exit_code"], &document["worst"]),
        (5, &5.into(), &"security".into())
    );
    let grades: Vec<_> = document["drifted"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["grade"].as_str().unwrap())
        .collect();
    for grade in ["security", "data", "performance", "cosmetic"] {
        assert!(grades.contains(&grade), "{grades:?}");
    }
}

#[test]
fn a_folder_is_replayed_and_has_no_contract() {
    let live = live();
    let folder = ["--migrations", "migrations/app"];
    let (code, out, said) = live.drift(&folder);
    assert_eq!(code, 5, "{said}");
    assert!(
        out.contains("schema reports") && !out.contains("table public.users"),
        "{out}"
    );
    let (code, _, said) = live.drift(&["--migrations", "migrations/app", "--against", "contract"]);
    assert_eq!(code, 64);
    assert!(
        said.contains("`--against replay`") || said.contains("--against replay"),
        "{said}"
    );
}
