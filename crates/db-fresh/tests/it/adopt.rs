//! `adopt` and `export` as a person runs them: shown first, compared with a fresh database, refused where it does not fit.

use ephemeral_postgres::TestDatabase;

use crate::{
    reference::{Ended, database, fingerprint, sql},
    support::Project,
};

const SCHEMA: &str = "CREATE TABLE one (id int); CREATE TABLE two (id int);";
const LEDGER: &str = "CREATE TABLE _sqlx_migrations (version bigint PRIMARY KEY, description text NOT NULL,
    installed_on timestamptz NOT NULL DEFAULT now(), success boolean NOT NULL, checksum bytea NOT NULL, execution_time bigint NOT NULL);
    INSERT INTO _sqlx_migrations VALUES
        (1, 'one', '2026-01-02 03:04:05Z', true, sha384(E'CREATE TABLE one (id int);\\n'::bytea), 1),
        (2, 'two', '2026-01-02 03:04:06Z', true, sha384(E'CREATE TABLE two (id int);\\n'::bytea), 1);
    SELECT 'done'";

/// A folder of sqlx's, and a database that it migrated but for the last file.
fn migrated() -> (Project, TestDatabase) {
    let project = Project::of(&[
        ("migrations/1_one.sql", "CREATE TABLE one (id int);\n"),
        ("migrations/2_two.sql", "CREATE TABLE two (id int);\n"),
        ("migrations/3_three.sql", "CREATE TABLE three (id int);\n"),
    ]);
    let database = database();
    sql(&database.options(), &format!("{SCHEMA} {LEDGER}"));
    (project, database)
}

fn run(project: &Project, database: &TestDatabase, arguments: &[&str]) -> Ended {
    let url = database.url();
    let mut all = arguments.to_vec();
    all.extend(["--migrations", "migrations", "--database-url", &url]);
    Ended::of(&project.run(&all))
}

#[test]
fn a_dry_run_says_all_of_it_and_writes_nothing() {
    let (project, database) = migrated();
    let before = fingerprint(&database.options());
    let dry = run(&project, &database, &["adopt", "--from", "sqlx", "--dry-run"]);
    assert_eq!(dry.code, 0, "{}", dry.stderr);
    for part in [
        "applied  1_one.sql",
        "checksum agrees",
        "pending  3_three.sql",
        "leave `public._sqlx_migrations` alone",
        "the schema is the one that these migrations make from nothing",
    ] {
        assert!(dry.stdout.contains(part), "{part}\n{}", dry.stdout);
    }
    assert_eq!(fingerprint(&database.options()), before);
}

#[test]
fn a_database_is_taken_over_migrated_on_and_given_back() {
    let (project, database) = migrated();
    let refused = run(&project, &database, &["migrate", "--yes"]);
    assert_eq!(refused.code, 3);
    assert!(
        refused.stderr.contains("`db-fresh adopt --from sqlx --dry-run`"),
        "{}",
        refused.stderr
    );
    let unconfirmed = run(&project, &database, &["adopt", "--from", "sqlx"]);
    assert_eq!(unconfirmed.code, 64, "{}", unconfirmed.stderr);
    let taken = run(&project, &database, &["adopt", "--from", "sqlx", "--yes"]);
    assert_eq!(taken.code, 0, "{}", taken.stderr);
    assert_eq!(run(&project, &database, &["migrate", "--yes"]).code, 0);
    let drift = run(&project, &database, &["drift"]);
    assert_eq!(drift.code, 0, "the other ledger is no drift: {}", drift.stdout);
    let url = database.url();
    let compared = Ended::of(&project.run(&["contract", "diff", &url, "migrations"]));
    assert_eq!(
        compared.code, 0,
        "nor a difference: {}{}",
        compared.stdout, compared.stderr
    );
    let given = run(&project, &database, &["export", "--to", "sqlx", "--yes"]);
    assert_eq!(given.code, 0, "{}", given.stderr);
    let versions = "SELECT version::text FROM _sqlx_migrations ORDER BY 1";
    assert_eq!(sql(&database.options(), versions), ["1", "2", "3"]);
    let again = run(&project, &database, &["export", "--to", "sqlx", "--dry-run"]);
    assert!(
        again.stdout.contains("says what our ledger says"),
        "{}",
        again.stdout
    );
}

#[test]
fn a_schema_that_is_there_for_the_other_ledger_alone_is_no_difference() {
    let (project, database) = migrated();
    sql(
        &database.options(),
        "CREATE SCHEMA ops; ALTER TABLE _sqlx_migrations SET SCHEMA ops; SELECT 'done'",
    );
    let arguments = [
        "adopt",
        "--from",
        "sqlx",
        "--table",
        "ops._sqlx_migrations",
        "--yes",
    ];
    let taken = run(&project, &database, &arguments);
    assert_eq!(taken.code, 0, "{}", taken.stderr);
    let migrated = run(&project, &database, &["migrate", "--yes"]);
    assert_eq!(migrated.code, 0, "{}", migrated.stderr);
    let drift = run(&project, &database, &["drift", "--against", "replay"]);
    assert_eq!(drift.code, 0, "{}{}", drift.stdout, drift.stderr);
    sql(
        &database.options(),
        "CREATE TABLE ops.by_hand (id int); SELECT 'done'",
    );
    let drift = run(&project, &database, &["drift", "--against", "replay"]);
    assert_eq!(drift.code, 5, "{}", drift.stdout);
    assert!(drift.stdout.contains("by_hand"), "{}", drift.stdout);
}

#[test]
fn a_schema_that_was_changed_by_hand_is_told_and_taken_over_only_with_a_word() {
    let (project, database) = migrated();
    sql(
        &database.options(),
        "ALTER TABLE two ADD COLUMN by_hand text; SELECT 'done'",
    );
    let refused = run(&project, &database, &["adopt", "--from", "sqlx", "--yes"]);
    assert_eq!(refused.code, 5, "{}", refused.stderr);
    assert!(
        refused.stderr.contains("adopt/schema-differs"),
        "{}",
        refused.stderr
    );
    assert!(refused.stderr.contains("by_hand"), "{}", refused.stderr);
    let there = "SELECT coalesce(to_regclass('db_fresh.schema_migrations')::text, 'no')";
    assert_eq!(sql(&database.options(), there), ["no"]);
    let allowed = run(
        &project,
        &database,
        &["adopt", "--from", "sqlx", "--allow-differences", "--yes"],
    );
    assert_eq!(allowed.code, 0, "{}", allowed.stderr);
    assert!(allowed.stdout.contains("by_hand"), "{}", allowed.stdout);
}

#[test]
fn an_empty_database_is_not_exported() {
    let (project, _) = migrated();
    let database = database();
    let before = fingerprint(&database.options());
    let refused = run(&project, &database, &["export", "--to", "sqlx", "--yes"]);
    assert_eq!(refused.code, 3, "{}", refused.stderr);
    let code = "error[export/nothing-applied]";
    assert!(refused.stderr.contains(code), "{}", refused.stderr);
    assert_eq!(fingerprint(&database.options()), before);
    let migrated = run(&project, &database, &["migrate", "--yes", "--environment", "dev"]);
    assert_eq!(migrated.code, 0, "{}", migrated.stderr);
}

#[test]
fn every_edited_file_is_told_at_once() {
    let (project, database) = migrated();
    for file in ["migrations/1_one.sql", "migrations/2_two.sql"] {
        project.write(file, "CREATE TABLE other (id int);\n");
    }
    let refused = run(&project, &database, &["adopt", "--from", "sqlx", "--yes"]);
    assert_eq!(refused.code, 3, "{}", refused.stderr);
    assert_eq!(
        refused.stderr.matches("error[adopt/edited]").count(),
        2,
        "{}",
        refused.stderr
    );
}

#[test]
fn several_components_and_a_malformed_table_are_wrong_usage() {
    let project = Project::without_contracts();
    let database = database();
    let url = database.url();
    for arguments in [
        vec!["adopt", "--from", "array", "--database-url", &url],
        vec![
            "adopt",
            "--from",
            "array",
            "--component",
            "app",
            "--table",
            "nameless",
            "--database-url",
            &url,
        ],
        vec!["adopt", "--from", "liquibase", "--database-url", &url],
    ] {
        let ended = Ended::of(&project.run(&arguments));
        assert_eq!(ended.code, 64, "{arguments:?}: {}", ended.stderr);
    }
}
