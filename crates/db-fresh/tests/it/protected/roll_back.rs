//! Roll-backs in a protected environment: refused before anybody is asked, and with a reason on record.

use super::support::Place;
use crate::{
    reference::{Ended, sql},
    support::Project,
};

#[test]
fn without_a_reason_nothing_is_undone_and_nobody_is_asked() {
    let place = Place::in_production();
    for (command, error) in [
        (&["rollback"][..], "rollback/protected"),
        (&["rollback", "--yes"], "rollback/protected"),
        (&["rollback", "--dry-run"], "rollback/protected"),
        (&["rollback", "--yes", "--last", "0"], "rollback/protected"),
        (&["smoke", "--version", "1"], "smoke/protected"),
    ] {
        for environment in [
            &["--environment", "production"][..],
            &["--environment", "qa"],
            &[],
        ] {
            let ended = place.refuses(&[command, environment].concat(), 64, error);
            assert!(
                ended.stderr.contains("`--allow-protected REASON`"),
                "{}",
                ended.stderr
            );
            assert_eq!(
                ended.stderr.contains("default_environment"),
                environment.is_empty(),
                "{}",
                ended.stderr
            );
        }
    }
    for blank in ["", "  ", "--", "\u{a0}"] {
        let flag = format!("--allow-protected={blank}");
        let ended = place.run(&["rollback", "--yes", "--environment", "production", &flag]);
        assert_eq!(ended.code, 64, "{blank:?}: {}", ended.stderr);
    }
    assert!(place.has("a"));
}

#[test]
fn the_reason_is_in_the_audit_with_the_row() {
    let place = Place::in_production();
    let reason = "incident 7: it's \\ broken";
    let ended = place.run(&[
        "rollback",
        "--yes",
        "--environment",
        "production",
        "--allow-protected",
        reason,
    ]);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    assert!(!place.has("a"));
    let audit = "SELECT concat_ws(' | ', action, filename, detail->>'filename', detail->>'reason')
        FROM schema_migrations_audit WHERE action = 'rolled back'";
    assert_eq!(
        place.ask(audit),
        [format!("rolled back | 1_a.up.sql | 1_a.up.sql | {reason}")]
    );
}

#[test]
fn a_smoke_test_with_a_reason_rolls_back_and_applies_again() {
    let place = Place::in_production();
    place
        .project
        .write("migrations/3_b.up.sql", "CREATE TABLE b (id int);\n");
    place.project.write("migrations/3_b.down.sql", "DROP TABLE b;\n");
    let smoke = |reason: &[&str]| {
        let all = [
            &["smoke", "--yes", "--version", "1", "--environment", "production"],
            reason,
        ]
        .concat();
        place.run(&all)
    };
    assert_eq!(smoke(&[]).code, 64);
    assert!(!place.has("b"), "it is refused before anything is applied");
    let ended = smoke(&["--allow-protected", "rehearsal"]);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    assert!(place.has("b"));
    let audit = "SELECT detail->>'reason' FROM schema_migrations_audit WHERE action = 'rolled back'";
    assert_eq!(place.ask(audit), ["rehearsal"]);
}

#[test]
fn an_open_environment_needs_no_reason() {
    let place = Place::new();
    let dev = ["--yes", "--environment", "dev"];
    assert_eq!(place.run(&[&["migrate"][..], &dev].concat()).code, 0);
    let ended = place.run(&[&["rollback", "--last", "2"][..], &dev].concat());
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    let audit = "SELECT (detail ? 'reason')::text FROM schema_migrations_audit";
    assert_eq!(place.ask(audit), ["false", "false"]);
}

#[test]
fn an_interrupted_roll_back_goes_on_only_for_a_reason() {
    let place = Place::new();
    place.project.write(
        "migrations/1_a.down.sql",
        "-- db-fresh: no-transaction\nALTER TABLE a DROP COLUMN note;\nCALL stop();\nDROP TABLE a;\n",
    );
    let production = ["--yes", "--environment", "production"];
    let reason = ["--allow-protected", "incident 7"];
    assert_eq!(place.run(&[&["migrate"][..], &production].concat()).code, 0);
    let failed = place.run(&[&["rollback"][..], &production, &reason].concat());
    assert_eq!(failed.code, 3, "{}", failed.stderr);
    sql(
        &place.database.options(),
        "CREATE PROCEDURE stop() LANGUAGE sql AS ''; SELECT 'done'",
    );
    let resume = [&["resume", "--running", "again"][..], &production].concat();
    let refused = place.refuses(&resume, 64, "resume/protected");
    assert!(
        refused.stderr.contains("`--allow-protected REASON`"),
        "{}",
        refused.stderr
    );
    place.refuses(
        &["resume", "--running", "again", "--environment", "production"],
        64,
        "resume/protected",
    );
    let done = place.run(&[&resume[..], &reason].concat());
    assert_eq!(done.code, 0, "{}", done.stderr);
    assert!(!place.has("a"));
    let audit = "SELECT detail->>'reason' FROM schema_migrations_audit WHERE action = 'rolled back'";
    assert_eq!(place.ask(audit), ["incident 7"]);
}

#[test]
fn what_is_for_development_is_neither_called_applied_nor_resumed_in_production() {
    let place = Place::in_production();
    for environment in [&["--environment", "production"][..], &[]] {
        for command in [
            &["mark-applied", "2_fake.up.sql"][..],
            &["mark-applied", "migrations/2_fake.up.sql", "--dry-run"],
        ] {
            let ended = place.refuses(&[command, environment].concat(), 3, "migration/left-out");
            assert_eq!(
                ended.stderr.contains("default_environment"),
                environment.is_empty(),
                "{}",
                ended.stderr
            );
        }
    }
    // Interrupted while it was a database for development, of which the ledger keeps no mark.
    let place = Place::new();
    place.project.write(
        "migrations/2_fake.up.sql",
        "-- DEV/TEST ONLY\n-- db-fresh: no-transaction\nCREATE TABLE fake (id int);\nCALL stop();\n",
    );
    let ended = place.run(&["migrate", "--yes", "--environment", "dev"]);
    assert_eq!(ended.code, 3, "{}", ended.stderr);
    for arguments in [&[][..], &["--yes"], &["--dry-run"]] {
        let all = [&["resume", "--environment", "production"], arguments].concat();
        place.refuses(&all, 3, "migration/left-out");
    }
    let given_up = place.run(&["abandon", "2_fake.up.sql", "--yes", "--environment", "production"]);
    assert_eq!(given_up.code, 0, "{}", given_up.stderr);
}

#[test]
fn keys_of_redis_are_cleared_in_a_protected_environment_only_for_a_reason() {
    let project = Project::of(&[("migrations/1_a.sql", "SELECT 1;\n")]);
    let nowhere = "redis://127.0.0.1:1/0";
    let clear = |arguments: &[&str]| {
        let all = [
            &["redis-health", "--prefix", "p:", "--clear", "CLEAR p:"],
            arguments,
        ]
        .concat();
        Ended::of(&project.command(&all).env("REDIS_URL", nowhere).output().unwrap())
    };
    for environment in [&["--environment", "production"][..], &[]] {
        let refused = clear(environment);
        assert_eq!(refused.code, 64, "{}", refused.stderr);
        assert!(
            refused.stderr.contains("error[redis/protected]"),
            "{}",
            refused.stderr
        );
        let allowed = clear(&[environment, &["--allow-protected", "stale sessions"]].concat());
        assert_eq!(allowed.code, 2, "the server is asked: {}", allowed.stderr);
    }
    assert_eq!(clear(&["--environment", "dev"]).code, 2);
}
