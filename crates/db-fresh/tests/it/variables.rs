//! `--variable NAME=VALUE` for folders with placeholders.

use crate::{
    reference::{database, sql},
    support::{Project, stderr},
};

#[test]
fn a_value_by_flag_goes_into_the_migrations_and_wins_over_the_environment() {
    let project = Project::of(&[(
        "migrations/V1__rooms.sql",
        "CREATE TABLE ${table} (id int);\nCOMMENT ON TABLE ${table} IS '${note}';\n",
    )]);
    let database = database();
    let url = database.url();
    let arguments = [
        "migrate",
        "--migrations",
        "migrations",
        "--database-url",
        &url,
        "--yes",
    ];
    let without = project.run(&arguments);
    assert_eq!(without.status.code(), Some(3));
    assert!(
        stderr(&without).contains("migration/missing-variable"),
        "{}",
        stderr(&without)
    );
    let mut given = arguments.to_vec();
    given.extend(["--variable", "table=rooms", "--variable", "note=a=b"]);
    let with = project
        .command(&given)
        .env("note", "of the environment")
        .output()
        .unwrap();
    assert!(with.status.success(), "{}", stderr(&with));
    let note = sql(&database.options(), "SELECT obj_description('rooms'::regclass)");
    assert_eq!(note, ["a=b"]);
    given.extend(["--variable", "nameless"]);
    assert_eq!(project.run(&given).status.code(), Some(64));
}
