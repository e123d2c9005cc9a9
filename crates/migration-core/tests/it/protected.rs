//! What a protected environment refuses to every caller of the library, and what its ledger remembers.

use diagnostic::Explain;
use migration_core::{
    Config, Environment, Error, Migrations, ProtectedRollback, Protection, Reason, Runner, Running, Target,
    abandon, apply, interrupted, mark_applied, protected_environment, resume, rollback, rollback_plan,
};

use crate::support::{ask, database, execute, set};

fn files() -> [Migrations; 1] {
    [set(&[
        ("1_a.up.sql", "CREATE TABLE a (id int)"),
        ("1_a.down.sql", "DROP TABLE a"),
        ("2_b.up.sql", "-- DEV/TEST ONLY\nCREATE TABLE b (id int)"),
        ("2_b.down.sql", "DROP TABLE b"),
        ("3_c.up.sql", "CREATE TABLE c (id int)"),
        (
            "3_c.down.sql",
            "-- db-fresh: no-transaction\nDROP TABLE IF EXISTS nothing;\nDROP TABLE c",
        ),
    ])]
}

fn open() -> Config {
    Config::default()
}

fn protected() -> Config {
    Config {
        environment: Environment {
            name: "production".into(),
            protection: Protection::Protected,
        },
        ..Config::default()
    }
}

fn with_reason(reason: &str) -> Config {
    Config {
        protected_rollback: ProtectedRollback::Allow(Reason::new(reason).unwrap()),
        ..protected()
    }
}

fn refused<T>(ended: Result<T, Error>, code: &str) {
    match ended {
        Err(error) => assert_eq!(error.code(), code, "{error}"),
        Ok(_) => panic!("it has to be refused: {code}"),
    }
}

#[tokio::test]
async fn a_roll_back_takes_a_reason_which_the_audit_keeps() {
    let database = database().await;
    let (options, sets) = (database.options(), files());
    apply(&options, &sets, &protected(), &mut |_| {}).await.unwrap();
    let unnamed = Config {
        environment: Environment::unnamed(),
        ..Config::default()
    };
    for config in [protected(), unnamed] {
        for target in [
            Target::Last(1),
            Target::Last(0),
            Target::To("1".into()),
            Target::Reversible,
        ] {
            refused(
                rollback(&options, &sets, &target, &config, &mut |_| {}).await,
                "migration/protected",
            );
            refused(
                rollback_plan(&options, &sets, &target, &config).await,
                "migration/protected",
            );
            let runner = Runner::connect(&options, &config).await.unwrap();
            refused(
                runner.start_rollback(&sets, &target, &config, |_| {}).await,
                "migration/protected",
            );
        }
    }
    let config = with_reason("incident 7: o'neil \\ ci");
    let report = rollback(&options, &sets, &Target::Last(2), &config, &mut |_| {})
        .await
        .unwrap();
    assert_eq!(report.undone.len(), 2);
    let audit = "SELECT concat_ws(' | ', filename, detail->>'filename', detail->>'reason')
        FROM schema_migrations_audit WHERE action = 'rolled back' ORDER BY id";
    let reason = "incident 7: o'neil \\ ci";
    assert_eq!(
        ask(&options, audit).await,
        [
            format!("3_c.up.sql | 3_c.up.sql | {reason}"),
            format!("1_a.up.sql | 1_a.up.sql | {reason}")
        ]
    );
}

#[tokio::test]
async fn an_open_environment_needs_no_reason_and_keeps_none() {
    let database = database().await;
    let (options, sets) = (database.options(), files());
    apply(&options, &sets, &open(), &mut |_| {}).await.unwrap();
    let config = Config {
        environment: Environment::default(),
        ..with_reason("none is needed")
    };
    rollback(&options, &sets, &Target::Last(1), &config, &mut |_| {})
        .await
        .unwrap();
    let audit = "SELECT (detail ? 'reason')::text FROM schema_migrations_audit";
    assert_eq!(ask(&options, audit).await, ["false"]);
}

#[tokio::test]
async fn what_is_for_development_is_neither_marked_nor_resumed_there() {
    let database = database().await;
    let (options, sets) = (database.options(), files());
    let mark = mark_applied(&options, &sets, "2_b.up.sql", &protected(), &mut |_| {}).await;
    refused(mark, "migration/left-out");
    let sets = [set(&[(
        "2_b.up.sql",
        "-- DEV/TEST ONLY\n-- db-fresh: no-transaction\nCREATE TABLE b (id int);\nCALL stop();",
    )])];
    apply(&options, &sets, &open(), &mut |_| {}).await.unwrap_err();
    execute(&options, "CREATE PROCEDURE stop() LANGUAGE sql AS ''").await;
    let before = "SELECT p::text FROM schema_migrations_progress AS p";
    let left = ask(&options, before).await;
    let resumed = resume(&options, &sets, Running::Again, &protected(), &mut |_| {}).await;
    refused(resumed, "migration/left-out");
    assert_eq!(ask(&options, before).await, left);
    resume(&options, &sets, Running::Again, &open(), &mut |_| {})
        .await
        .unwrap();
}

#[tokio::test]
async fn nobody_decides_by_hand_in_a_marked_ledger_as_if_it_were_open() {
    let database = database().await;
    let (options, sets) = (database.options(), files());
    apply(&options, &sets, &protected(), &mut |_| {}).await.unwrap();
    let (file, config, code) = ("2_b.up.sql", open(), "migration/environment");
    refused(
        mark_applied(&options, &sets, file, &config, &mut |_| {}).await,
        code,
    );
    refused(abandon(&options, &sets, file, &config, &mut |_| {}).await, code);
    refused(
        resume(&options, &sets, Running::Unknown, &config, &mut |_| {}).await,
        code,
    );
    refused(interrupted(&options, &sets, &config).await, code);
    refused(
        rollback(&options, &sets, &Target::Last(1), &config, &mut |_| {}).await,
        code,
    );
}

#[tokio::test]
async fn the_ledger_tells_which_protected_environment_it_is_of() {
    let database = database().await;
    let (options, sets) = (database.options(), files());
    let recorded = async || protected_environment(&options, &open()).await.unwrap();
    assert_eq!(recorded().await, None, "there is no ledger");
    let unnamed = Config {
        environment: Environment::unnamed(),
        ..Config::default()
    };
    let first = [set(&[("1_a.up.sql", "CREATE TABLE a (id int)")])];
    apply(&options, &first, &unnamed, &mut |_| {}).await.unwrap();
    assert_eq!(recorded().await, None, "nobody said which it is");
    apply(&options, &sets, &protected(), &mut |_| {}).await.unwrap();
    assert_eq!(recorded().await.as_deref(), Some("production"));
}

#[tokio::test]
async fn the_ledger_of_another_tool_says_nothing_of_environments() {
    let database = database().await;
    let foreign = "CREATE TABLE schema_migrations (version bigint PRIMARY KEY, dirty boolean NOT NULL)";
    execute(&database.options(), foreign).await;
    let recorded = protected_environment(&database.options(), &open()).await;
    assert_eq!(recorded.unwrap(), None);
}
