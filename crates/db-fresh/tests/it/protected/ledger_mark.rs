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
fn a_folder_leaves_its_mark_for_the_configured_components() {
    let place = Place::new();
    place.project.write("other/1_b.sql", "CREATE TABLE b (id int);\n");
    let ended = place.run(&[
        "migrate",
        "--yes",
        "--migrations",
        "other",
        "--environment",
        "production",
    ]);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    for command in [
        &["migrate", "--yes"][..],
        &["plan"],
        &["status"],
        &["rollback", "--yes"],
        &["smoke", "--version", "1"],
        &["resume"],
        &["mark-applied", "2_fake.up.sql"],
        &["abandon", "2_fake.up.sql"],
        &["export", "--to", "sqlx"],
        &["seed"],
        &["provision"],
    ] {
        let all = [command, &["--environment", "development"]].concat();
        place.refuses(&all, 3, "migration/environment");
    }
    for table in ["a", "fake"] {
        assert!(!place.has(table), "{table}");
    }
}

#[test]
fn a_ledger_of_another_name_leaves_its_mark_too() {
    let place = Place::new();
    place
        .project
        .write("db-fresh.toml", "[ledger]\ntable = \"led2\"\n");
    let ended = place.run(&["migrate", "--yes", "--environment", "production"]);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    place.project.write("db-fresh.toml", "");
    place.project.write("other/1_b.sql", "CREATE TABLE b (id int);\n");
    for folder in [&[][..], &["--migrations", "other"]] {
        let all = [&["migrate", "--yes", "--environment", "dev"], folder].concat();
        place.refuses(&all, 3, "migration/environment");
    }
}

#[test]
fn seeds_alone_leave_the_mark() {
    let place = Place::new();
    assert_eq!(place.run(&["migrate", "--yes"]).code, 0);
    place.project.write(
        "seeds/20_countries.sql",
        "-- db-fresh: any-environment\nINSERT INTO a VALUES (2, 'real') ON CONFLICT DO NOTHING;\n",
    );
    let unnamed = place.run(&["seed"]);
    assert_eq!(unnamed.code, 0, "{}", unnamed.stderr);
    let seeded = place.run(&["seed", "--environment", "production"]);
    assert_eq!(seeded.code, 0, "{}", seeded.stderr);
    place.refuses(
        &["migrate", "--yes", "--environment", "dev"],
        3,
        "migration/environment",
    );
    // Where another tool has migrated the database, there is nothing to keep the mark in.
    let other = Place::new();
    other.ask(
        "CREATE TABLE a (id int PRIMARY KEY, note text); CREATE TABLE schema_version (version int4);
         INSERT INTO schema_version VALUES (1); SELECT 'done'",
    );
    other.project.write(
        "seeds/20_countries.sql",
        "-- db-fresh: any-environment\nINSERT INTO a VALUES (2, 'real');\n",
    );
    let seeded = other.run(&["seed", "--environment", "production"]);
    assert_eq!(seeded.code, 0, "{}", seeded.stderr);
    assert!(!other.has("schema_migrations"));
}

#[test]
fn what_may_not_run_in_production_is_not_called_applied_there() {
    for made in ["", "CREATE TABLE fake (id int);"] {
        let place = Place::new();
        place.ask(&format!(
            "CREATE TABLE a (id int PRIMARY KEY, note text); {made}
             CREATE TABLE goose_db_version (id serial PRIMARY KEY, version_id bigint NOT NULL, is_applied boolean NOT NULL,
                 tstamp timestamp NOT NULL DEFAULT now());
             INSERT INTO goose_db_version (version_id, is_applied) VALUES (0, true), (1, true), (2, true); SELECT 'done'"
        ));
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
        let adopt = ["adopt", "--from", "goose", "--environment", "production", "--yes"];
        let left_out = "left out 2_fake.sql";
        if made.is_empty() {
            let taken = place.run(&adopt);
            assert_eq!(taken.code, 0, "{}{}", taken.stdout, taken.stderr);
            assert!(taken.stdout.contains(left_out), "{}", taken.stdout);
            let rows = place.ask("SELECT filename FROM schema_migrations");
            assert_eq!(rows, ["1_a.sql"]);
        } else {
            let refused = place.refuses(&adopt, 5, "adopt/schema-differs");
            assert!(refused.stdout.contains(left_out), "{}", refused.stdout);
            let hint = "`2_fake.sql` may not run in this environment";
            assert!(refused.stderr.contains(hint), "{}", refused.stderr);
            let taken = place.run(&[&adopt[..], &["--allow-differences"]].concat());
            assert_eq!(taken.code, 0, "{}", taken.stderr);
        }
        let migrated = place.run(&["migrate", "--yes", "--environment", "production"]);
        assert_eq!(migrated.code, 0, "{}", migrated.stderr);
    }
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
