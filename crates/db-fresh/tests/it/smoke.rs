//! `smoke` on real databases: there and back, and what keeps it from passing.

use ephemeral_postgres::TestDatabase;

use crate::{
    reference::{Ended, database, fingerprint, sql},
    support::Project,
};

fn smoke(project: &Project, database: &TestDatabase, arguments: &[&str]) -> Ended {
    let mut command = project.command(&["smoke"]);
    command.args(arguments).env("DATABASE_URL", database.url());
    Ended::of(&command.output().unwrap())
}

#[test]
fn it_applies_rolls_back_reapplies_and_finds_the_same_schema() {
    let (project, database) = (Project::new(), database());
    let empty = fingerprint(&database.options());
    let dry = smoke(&project, &database, &["--dry-run"]);
    assert_eq!(dry.code, 0, "{}", dry.stderr);
    assert!(dry.stdout.contains("4 pending"), "{}", dry.stdout);
    assert_eq!(fingerprint(&database.options()), empty);

    let plain = smoke(&project, &database, &["--yes", "--component", "app"]);
    assert_eq!(plain.code, 0, "{}", plain.stderr);
    let both = smoke(
        &project,
        &database,
        &["--yes", "--version", "0001", "--component", "app"],
    );
    assert_eq!(both.code, 0, "{}", both.stderr);
    assert!(
        both.stderr.contains("undid 0002_create_posts.up.sql")
            && both.stderr.contains("applied 0002_create_posts.up.sql")
            && both.stderr.contains("smoke test passed"),
        "{}",
        both.stderr
    );
}

#[test]
fn a_down_script_that_leaves_something_behind_is_5_and_everything_is_applied_again() {
    let (project, database) = (Project::new(), database());
    project.write(
        "migrations/app/0011_create_tags.up.sql",
        "CREATE TABLE tags (id int);\nCREATE TABLE IF NOT EXISTS left_behind AS SELECT 1 AS a;\n",
    );
    project.write(
        "migrations/app/0011_create_tags.down.sql",
        "DROP TABLE tags;\nALTER TABLE left_behind ADD COLUMN b int;\n",
    );
    let arguments = ["--yes", "--version", "0010", "--component", "app"];
    let ended = smoke(&project, &database, &arguments);
    assert_eq!(ended.code, 5, "{}", ended.stderr);
    assert!(
        ended.stderr.contains("error[smoke/differs]") && ended.stderr.contains("public.left_behind"),
        "{}",
        ended.stderr
    );
    let there = sql(&database.options(), "SELECT to_regclass('tags')::text");
    assert_eq!(there, ["tags"]);
}

#[test]
fn a_protected_environment_is_not_rolled_back() {
    let (project, database) = (Project::new(), database());
    let before = fingerprint(&database.options());
    let arguments = ["--yes", "--version", "0001", "--environment", "production"];
    let ended = smoke(&project, &database, &arguments);
    assert_eq!(ended.code, 64, "{}", ended.stderr);
    assert_eq!(fingerprint(&database.options()), before);
}
