//! Databases that the version before this one migrated, and the contracts it recorded.

use std::{fs, path::Path};

use ephemeral_postgres::TestDatabase;

use super::fixture::{dump, migrating_writes_nothing, recorded, restored, run, states, succeed};
use crate::{
    reference::{fingerprint, sql},
    support::workspace,
};

/// The reference database, its last migration rolled back and applied again.
fn reference() -> String {
    dump("reference.sql", |database| {
        for arguments in [
            ["migrate", "--yes"].as_slice(),
            &["rollback", "--yes", "--component", "analytics"],
            &["migrate", "--yes"],
        ] {
            succeed(&workspace(), database, arguments);
        }
    })
}

#[test]
fn the_reference_database_is_up_to_date() {
    let database = restored(&reference());
    let rows = "SELECT filename FROM schema_migrations UNION ALL SELECT action FROM schema_migrations_audit ORDER BY 1";
    let rows = sql(&database.options(), rows);
    assert_eq!(rows.last().unwrap(), "rolled back");
    // Migrations that came since the recording are pending; everything that is recorded is applied.
    let states = states(&workspace(), &database, &[]);
    let applied = states.iter().filter(|(_, state)| state == "applied").count();
    assert_eq!(applied, rows.len() - 1, "{states:?}");
    let others = states.iter().filter(|(_, state)| state != "applied");
    for (file, state) in others {
        assert_eq!(state, "pending", "{file}");
    }
    if applied == states.len() {
        migrating_writes_nothing(&workspace(), &database, &[]);
    } else {
        succeed(&workspace(), &database, &["migrate", "--yes"]);
    }
    assert_eq!(succeed(&workspace(), &database, &["drift"]), "");
    let replay = ["drift", "--against", "replay"];
    assert_eq!(succeed(&workspace(), &database, &replay), "");
    let url = database.url();
    for contract in [
        "migrations/operational.contract.snap",
        "migrations/analytics.contract.snap",
    ] {
        succeed(&workspace(), &database, &["contract", "diff", contract, &url]);
    }
}

#[test]
fn a_checksum_or_a_column_that_is_not_as_recorded_is_noticed() {
    let reference = reference();
    let checksums = "SELECT checksum FROM schema_migrations WHERE filename LIKE '0003%' AND component = 'operational' UNION ALL
        SELECT neutral_checksum FROM schema_migrations WHERE filename LIKE '0003%' AND component = 'operational'";
    let checksums = sql(&restored(&reference).options(), checksums);
    let other = "0".repeat(64);
    let [checksum, neutral] = &checksums[..] else {
        panic!("{checksums:?}")
    };
    let edited = restored(&reference.replace(checksum, &other).replace(neutral, &other));
    let refused = run(&workspace(), &edited, &["migrate", "--yes"]);
    assert_eq!(refused.code, 3, "{}", refused.stderr);
    assert!(
        refused.stderr.contains("error[migration/edited]"),
        "{}",
        refused.stderr
    );

    let column = "tokens_per_minute integer";
    assert!(reference.contains(column));
    let drifted = restored(&reference.replace(column, "tokens_per_minute bigint"));
    let ended = run(&workspace(), &drifted, &["drift"]);
    assert_eq!(ended.code, 5, "{}", ended.stdout);
    assert!(ended.stdout.contains("tokens_per_minute"), "{}", ended.stdout);
}

/// Where only comments changed the second checksum agrees, and the first is written again.
#[test]
fn both_checksums_are_computed_as_before() {
    let database = restored(&reference());
    let checksums = "SELECT component || filename || ' ' || checksum FROM schema_migrations ORDER BY 1";
    let before = sql(&database.options(), checksums);
    let others = "UPDATE schema_migrations SET checksum = repeat('0', 64); SELECT 'done'";
    sql(&database.options(), others);
    succeed(&workspace(), &database, &["migrate", "--yes"]);
    assert_eq!(sql(&database.options(), checksums), before);
}

/// A database that serves production, and the contracts of its project.
fn production() -> TestDatabase {
    restored(&dump("production/database.sql", |database| {
        let folder = recorded("production");
        succeed(&folder, database, &["contract", "accept"]);
        succeed(
            &folder,
            database,
            &["migrate", "--yes", "--environment", "production"],
        );
    }))
}

#[test]
fn a_database_of_a_protected_environment_stays_one() {
    let (folder, database) = (recorded("production"), production());
    let protected = ["--environment", "production"];
    let states = states(&folder, &database, &protected);
    let states: Vec<_> = states.iter().map(|(_, state)| state.as_str()).collect();
    assert_eq!(states, ["applied", "applied", "left out", "applied"]);
    migrating_writes_nothing(&folder, &database, &protected);
    let before = fingerprint(&database.options());
    let refused = run(
        &folder,
        &database,
        &["migrate", "--yes", "--environment", "development"],
    );
    assert_eq!(refused.code, 3, "{}", refused.stderr);
    assert!(
        refused.stderr.contains("error[migration/environment]"),
        "{}",
        refused.stderr
    );
    assert_eq!(fingerprint(&database.options()), before);
    let unmarked = "UPDATE schema_migrations SET environment = 'production'; SELECT 'done'";
    sql(&database.options(), unmarked);
    let applied = run(
        &folder,
        &database,
        &["migrate", "--yes", "--environment", "development"],
    );
    assert_eq!(
        applied.code, 0,
        "without its mark it is not protected: {}",
        applied.stderr
    );
}

#[test]
fn contracts_are_the_same_but_for_the_line_with_their_edition() {
    let database = production();
    let folder = recorded("production");
    assert_eq!(succeed(&folder, &database, &["drift"]), "");
    succeed(&folder, &database, &["contract", "check"]);
    let copy = tempfile::tempdir().unwrap();
    copy_folder(&folder, copy.path());
    let read = |root: &Path, name: &str| fs::read_to_string(root.join("migrations").join(name)).unwrap();
    for name in ["app.contract.snap", "reports.contract.snap"] {
        fs::remove_file(copy.path().join("migrations").join(name)).unwrap();
    }
    succeed(copy.path(), &database, &["contract", "accept"]);
    for name in ["app.contract.snap", "reports.contract.snap"] {
        let (written, recorded) = (read(copy.path(), name), read(&folder, name));
        assert_eq!(written.replacen("# edition 2\n", "", 1), recorded);
        assert_ne!(written, recorded);
    }
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

const FOLDER: [&str; 2] = ["--migrations", "migrations"];
const SQLX: &str = "CREATE TABLE one (id int); CREATE TABLE two (id int PRIMARY KEY);
    CREATE TABLE _sqlx_migrations (version bigint PRIMARY KEY, description text NOT NULL,
        installed_on timestamptz NOT NULL DEFAULT now(), success boolean NOT NULL, checksum bytea NOT NULL, execution_time bigint NOT NULL);
    INSERT INTO _sqlx_migrations VALUES
        (1, 'one', '2026-01-02 03:04:05Z', true, sha384(E'CREATE TABLE one (id int);\\n'::bytea), 1),
        (2, 'two', '2026-01-02 03:04:06Z', true, sha384(E'CREATE TABLE two (id int PRIMARY KEY);\\n'::bytea), 1);
    SELECT 'done'";

#[test]
fn an_adopted_database_stays_adopted() {
    let folder = recorded("adopted");
    let database = restored(&dump("adopted/database.sql", |database| {
        sql(&database.options(), SQLX);
        let adopt = ["adopt", "--from", "sqlx", "--yes"];
        succeed(&folder, database, &[adopt.as_slice(), &FOLDER].concat());
        succeed(&folder, database, &[["migrate", "--yes"], FOLDER].concat());
    }));
    let states = states(&folder, &database, &FOLDER);
    assert!(states.iter().all(|(_, state)| state == "applied"), "{states:?}");
    assert_eq!(states.len(), 3);
    migrating_writes_nothing(&folder, &database, &FOLDER);
    // The ledger of the other tool, which the audit names, is no part of the schema.
    assert_eq!(
        succeed(&folder, &database, &[["drift"].as_slice(), &FOLDER].concat()),
        ""
    );
    let forgotten = "DELETE FROM db_fresh.schema_migrations_audit; SELECT 'done'";
    sql(&database.options(), forgotten);
    let drift = run(&folder, &database, &[["drift"].as_slice(), &FOLDER].concat());
    assert_eq!(drift.code, 5, "{}", drift.stdout);
}
