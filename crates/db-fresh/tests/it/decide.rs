//! `resume`, `mark-applied` and `abandon` as a person runs them.

use ephemeral_postgres::TestDatabase;

use crate::{
    reference::{Ended, database, fingerprint, sql},
    support::Project,
};

/// A database in which a migration without a transaction stopped at its second step, which would work now.
fn interrupted() -> (Project, TestDatabase) {
    let project = Project::of(&[
        ("migrations/1_t.sql", "CREATE TABLE t (id int);\n"),
        (
            "migrations/2_steps.sql",
            "-- db-fresh: no-transaction\nINSERT INTO t VALUES (1);\nCALL add();\nINSERT INTO t VALUES (3);\n",
        ),
    ]);
    let database = database();
    let failed = run(&project, &database, &["migrate", "--yes"]);
    assert_eq!(failed.code, 3, "{}", failed.stderr);
    let working = "CREATE PROCEDURE add() LANGUAGE sql AS 'INSERT INTO t VALUES (2)';
        UPDATE db_fresh.schema_migrations_progress SET running = 1; SELECT 'done'";
    sql(&database.options(), working);
    (project, database)
}

fn run(project: &Project, database: &TestDatabase, arguments: &[&str]) -> Ended {
    let url = database.url();
    let mut all = arguments.to_vec();
    all.extend(["--migrations", "migrations", "--database-url", &url]);
    Ended::of(&project.run(&all))
}

fn numbers(database: &TestDatabase) -> Vec<String> {
    sql(&database.options(), "SELECT id::text FROM t ORDER BY id")
}

#[test]
fn each_says_first_what_it_would_do_and_writes_nothing_in_a_dry_run() {
    let (project, database) = interrupted();
    let before = fingerprint(&database.options());
    for (arguments, said) in [
        (
            vec!["resume", "--running", "again"],
            "would run step 2, migrations/2_steps.sql:3",
        ),
        (
            vec!["resume", "--running", "done"],
            "step 2 was running and counts as done",
        ),
        (
            vec!["mark-applied", "2_steps.sql"],
            "`2_steps.sql` (main): 1 of 3 steps are done",
        ),
        (
            vec!["abandon", "2_steps.sql"],
            "what step 1 did stays: migrations/2_steps.sql:2",
        ),
    ] {
        let mut arguments = arguments;
        arguments.push("--dry-run");
        let dry = run(&project, &database, &arguments);
        assert_eq!(dry.code, 0, "{arguments:?}: {}", dry.stderr);
        assert!(dry.stdout.contains(said), "{arguments:?}: {}", dry.stdout);
        arguments.pop();
        assert_eq!(
            run(&project, &database, &arguments).code,
            64,
            "{arguments:?} asks first"
        );
    }
    assert_eq!(fingerprint(&database.options()), before);
}

#[test]
fn a_run_that_cannot_know_names_the_commands_and_one_of_them_goes_on() {
    let (project, database) = interrupted();
    let refused = run(&project, &database, &["migrate", "--yes"]);
    assert_eq!(refused.code, 3);
    assert!(
        refused.stderr.contains("`db-fresh resume --running again`"),
        "{}",
        refused.stderr
    );
    let resumed = run(&project, &database, &["resume", "--running", "again", "--yes"]);
    assert_eq!(resumed.code, 0, "{}", resumed.stderr);
    assert_eq!(numbers(&database), ["1", "2", "3"]);
    assert_eq!(
        run(&project, &database, &["resume", "--yes"]).code,
        3,
        "nothing is left to go on with"
    );
}

#[test]
fn what_is_marked_or_abandoned_is_on_record() {
    let (project, database) = interrupted();
    assert_eq!(
        run(&project, &database, &["abandon", "2_steps.sql", "--yes"]).code,
        0
    );
    assert_eq!(
        run(
            &project,
            &database,
            &["mark-applied", "migrations/2_steps.sql", "--yes"]
        )
        .code,
        0
    );
    assert_eq!(run(&project, &database, &["migrate", "--yes"]).code, 0);
    assert_eq!(numbers(&database), ["1"]);
    let audit = "SELECT action FROM db_fresh.schema_migrations_audit ORDER BY id";
    // Where nothing says the environment it counts as protected, and what begins there is on record.
    assert_eq!(
        sql(&database.options(), audit),
        ["begun", "abandoned", "marked applied"]
    );
}
