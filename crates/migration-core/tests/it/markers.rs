//! Comments that limit where a file runs, or nearly do: what reaches a database and what does not.

use std::path::PathBuf;

use diagnostic::Explain;
use migration_core::{
    Config, Environment, Error, FolderConfig, FolderOrigin, Format, Migrations, Protection, Target, apply,
    rollback,
};

use crate::support::{ask, database, run, set};

const TABLE: (&str, &str) = ("1_a.sql", "CREATE TABLE a (id int)");

fn environment(name: &str, protection: Protection) -> Config {
    Config {
        environment: Environment {
            name: name.into(),
            protection,
        },
        ..Config::default()
    }
}

/// A folder of somebody else.
fn foreign(files: &[(&str, &str)]) -> Migrations {
    let files = files
        .iter()
        .map(|(name, text)| (PathBuf::from(name), text.as_bytes().to_vec()));
    let config = FolderConfig {
        origin: FolderOrigin::Foreign,
        ..FolderConfig::default()
    };
    Migrations::from_files("app", files, Some(Format::Native), &config).unwrap()
}

#[tokio::test]
async fn a_marker_with_its_decoration_is_left_out_of_a_protected_environment() {
    let database = database().await;
    let options = database.options();
    let production = environment("production", Protection::Protected);
    for (number, text) in [
        "-- DEV/TEST  ONLY\nINSERT INTO a VALUES (1)",
        "-- DEV/TEST\u{a0}ONLY\nINSERT INTO a VALUES (1)",
        "--[DEV / TEST ONLY]\nINSERT INTO a VALUES (1)",
        "/*=== WARNING: DEV/TEST ONLY ===*/ INSERT INTO a VALUES (1)",
        "BEGIN;\n-- DEV/TEST ONLY\nINSERT INTO a VALUES (1);\nCOMMIT;",
        "SET lock_timeout = '1s';;\n-- db-fresh : only dev\nINSERT INTO a VALUES (1);",
        "BEGIN;\r\nSET LOCAL statement_timeout = 0; -- DEV/TEST ONLY\r\nINSERT INTO a VALUES (1);\r\nCOMMIT;\r\n",
    ]
    .into_iter()
    .enumerate()
    {
        let name = format!("{}_b.sql", number + 2);
        let sets = [set(&[TABLE, (&name, text)])];
        let report = apply(&options, &sets, &production, &mut |_| {}).await.unwrap();
        assert_eq!(report.skipped.len(), 1, "{text}");
        let scratch = crate::support::database().await;
        run(&scratch.options(), &sets).await.unwrap();
        assert_eq!(
            ask(&scratch.options(), "SELECT count(*)::text FROM a").await,
            ["1"],
            "{text}"
        );
    }
    assert_eq!(ask(&options, "SELECT count(*)::text FROM a").await, ["0"]);
}

#[tokio::test]
async fn what_is_nearly_a_marker_in_a_foreign_folder_is_refused_where_it_is_protected() {
    for text in [
        "-- DEV ONLY\nINSERT INTO a VALUES (1);",
        "INSERT INTO a VALUES (1); -- DEV/TEST ONLY",
        "INSERT INTO a VALUES (1) -- DEV/TEST ONLY",
        "-- db_fresh: only dev\nINSERT INTO a VALUES (1);",
    ] {
        let sets = [foreign(&[TABLE, ("2_b.sql", text)])];
        let database = database().await;
        let options = database.options();
        let production = environment("production", Protection::Protected);
        let error = apply(&options, &sets, &production, &mut |_| {})
            .await
            .unwrap_err();
        let Error::Unfit { problems } = &error else {
            panic!("{error:?}");
        };
        assert_eq!(problems.len(), 1, "{text}");
        assert_eq!(problems[0].code(), "migration/bad-directive");
        assert_eq!(problems[0].place().unwrap().line, Some(1));
        // Nothing ran, the migration before it included.
        assert_eq!(ask(&options, "SELECT to_regclass('a') IS NULL").await, ["t"]);
        run(&options, &sets).await.unwrap();
        assert_eq!(ask(&options, "SELECT count(*)::text FROM a").await, ["1"]);
    }
}

#[tokio::test]
async fn a_marker_of_a_down_script_keeps_it_out() {
    let database = database().await;
    let options = database.options();
    let sets = [set(&[
        ("1_a.up.sql", "CREATE TABLE a (id int)"),
        ("1_a.down.sql", "-- DEV/TEST ONLY: the data is gone\nDROP TABLE a"),
    ])];
    let staging = environment("staging", Protection::Open);
    apply(&options, &sets, &staging, &mut |_| {}).await.unwrap();
    let error = rollback(&options, &sets, &Target::Last(1), &staging, &mut |_| {})
        .await
        .unwrap_err();
    let code = error.diagnostics().remove(0).code;
    assert_eq!(code, "migration/down-left-out");
    assert_eq!(ask(&options, "SELECT to_regclass('a') IS NULL").await, ["f"]);
    let development = Config::default();
    rollback(&options, &sets, &Target::Last(1), &development, &mut |_| {})
        .await
        .unwrap();
    assert_eq!(ask(&options, "SELECT to_regclass('a') IS NULL").await, ["t"]);
}
