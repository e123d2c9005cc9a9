//! The ledger's mark of a protected environment, against a run that says that it is open.

use super::support::Place;
use crate::reference::sql;

#[test]
fn every_command_is_refused_before_it_asks_or_writes() {
    let place = Place::in_production();
    place.project.write("main.contract.snap", "");
    for command in [
        &["migrate"][..],
        &["migrate", "--yes"],
        &["migrate", "--dry-run"],
        &["plan"],
        &["plan", "--json"],
        &["status"],
        &["status", "--json"],
        &["rollback"],
        &["rollback", "--dry-run"],
        &["rollback", "--yes", "--allow-protected", "incident 7"],
        &["smoke", "--version", "1"],
        &["resume"],
        &["mark-applied", "2_fake.up.sql"],
        &["mark-applied", "2_fake.up.sql", "--dry-run"],
        &["abandon", "2_fake.up.sql"],
        &["export", "--to", "sqlx"],
        &["drift", "--against", "replay"],
        &["seed"],
        &["provision"],
    ] {
        let all = [command, &["--environment", "development"]].concat();
        let json = command.contains(&"--json");
        let before = place.fingerprint();
        let ended = place.run(&all);
        assert_eq!(ended.code, 3, "{command:?}: {}{}", ended.stdout, ended.stderr);
        let said = if json { &ended.stdout } else { &ended.stderr };
        assert!(said.contains("migration/environment"), "{command:?}: {said}");
        assert_eq!(place.fingerprint(), before, "{command:?} wrote something");
    }
}

#[test]
fn a_folder_is_no_way_round_the_configured_ledger() {
    let place = Place::in_production();
    for command in [
        &["migrate", "--yes"][..],
        &["migrate"],
        &["plan"],
        &["status"],
        &["provision"],
        &["rollback"],
        &["resume"],
        &["mark-applied", "2_fake.up.sql"],
        &["abandon", "2_fake.up.sql"],
        &["drift"],
        &["export", "--to", "sqlx"],
        &["smoke"],
    ] {
        let all = [command, &["--migrations", "migrations", "--environment", "dev"]].concat();
        place.refuses(&all, 3, "migration/environment");
    }
    let unsaid = place.run(&["migrate", "--yes", "--migrations", "migrations"]);
    assert_ne!(unsaid.code, 0, "the table is there already");
    assert!(!place.has("fake"));
}

#[test]
fn what_is_adopted_is_marked_and_a_marked_ledger_adopts_no_more_as_open() {
    let place = Place::new();
    sql(
        &place.database.options(),
        "CREATE TABLE a (id int PRIMARY KEY, note text);
         CREATE TABLE schema_version (version int PRIMARY KEY);
         CREATE TABLE goose_db_version (id serial PRIMARY KEY, version_id bigint NOT NULL, is_applied boolean NOT NULL,
             tstamp timestamp NOT NULL DEFAULT now());
         INSERT INTO goose_db_version (version_id, is_applied) VALUES (0, true), (1, true);
         SELECT 'done'",
    );
    for (file, text) in [
        (
            "goose/1_a.sql",
            "-- +goose Up\nCREATE TABLE a (id int PRIMARY KEY, note text);\n-- +goose Down\nDROP TABLE a;\n",
        ),
        (
            "goose/2_fake.sql",
            "-- DEV/TEST ONLY\n-- +goose Up\nCREATE TABLE fake (id int);\n-- +goose Down\nDROP TABLE fake;\n",
        ),
    ] {
        place.project.write(file, text);
    }
    place.project.write(
        "db-fresh.toml",
        "[[component]]\nname = \"app\"\nmigrations = \"goose\"\n",
    );
    let adopt = |arguments: &[&str]| {
        let all = [
            &["adopt", "--from", "goose", "--allow-differences", "--environment"],
            arguments,
        ]
        .concat();
        place.run(&all)
    };
    let taken = adopt(&["production", "--yes"]);
    assert_eq!(taken.code, 0, "{}{}", taken.stdout, taken.stderr);
    assert!(taken.stdout.contains("left out 2_fake.sql"), "{}", taken.stdout);
    place.refuses(
        &["migrate", "--yes", "--environment", "dev"],
        3,
        "migration/environment",
    );
    let again = adopt(&["dev"]);
    assert_eq!(again.code, 3, "{}", again.stderr);
    assert!(
        again.stderr.contains("error[migration/environment]"),
        "{}",
        again.stderr
    );
    let left = place.run(&["migrate", "--yes", "--environment", "production"]);
    assert_eq!(left.code, 0, "{}", left.stderr);
    assert!(!place.has("fake"));
}
