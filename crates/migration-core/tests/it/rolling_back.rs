//! Down scripts.

use diagnostic::Explain;
use migration_core::{Config, Migrations, Target, rollback, rollback_plan};

use crate::support::{ask, database, run, set};

fn reversible() -> Migrations {
    set(&[
        ("1_a.up.sql", "CREATE TABLE a (id int)"),
        ("1_a.down.sql", "DROP TABLE a"),
        ("2_b.up.sql", "CREATE INDEX CONCURRENTLY a_id ON a (id)"),
        ("2_b.down.sql", "DROP INDEX CONCURRENTLY a_id"),
        ("3_c.up.sql", "ALTER TABLE a ADD c int"),
        ("3_c.down.sql", "ALTER TABLE a DROP c"),
    ])
}

async fn undo(sets: &[Migrations], target: Target) -> (Vec<String>, Vec<String>) {
    let database = database().await;
    let options = database.options();
    run(&options, sets).await.unwrap();
    let planned = rollback_plan(&options, sets, &target, &Config::default())
        .await
        .unwrap();
    let before = ask(&options, "SELECT filename FROM schema_migrations ORDER BY id").await;
    assert_eq!(before.len(), sets[0].items.len(), "a plan writes nothing");
    let report = rollback(&options, sets, &target, &Config::default(), &mut |_| {})
        .await
        .unwrap();
    let undone: Vec<_> = report.undone.into_iter().map(|one| one.file).collect();
    assert_eq!(planned, undone, "the plan said so");
    (
        undone,
        ask(&options, "SELECT filename FROM schema_migrations ORDER BY id").await,
    )
}

#[tokio::test]
async fn the_newest_go_first_by_count_or_to_a_version() {
    let sets = [reversible()];
    let (undone, left) = undo(&sets, Target::Last(2)).await;
    assert_eq!(
        (undone, left),
        (
            vec!["3_c.up.sql".into(), "2_b.up.sql".into()],
            vec!["1_a.up.sql".to_owned()]
        )
    );
    let (undone, left) = undo(&sets, Target::To("0002".into())).await;
    assert_eq!((undone, left.len()), (vec!["3_c.up.sql".into()], 2));
    assert_eq!(undo(&sets, Target::Reversible).await.0.len(), 3);
}

#[tokio::test]
async fn undone_and_applied_again_is_on_record() {
    let database = database().await;
    let options = database.options();
    let sets = [reversible()];
    run(&options, &sets).await.unwrap();
    rollback(&options, &sets, &Target::Last(3), &Config::default(), &mut |_| {})
        .await
        .unwrap();
    assert_eq!(run(&options, &sets).await.unwrap().applied.len(), 3);
    let audit = "SELECT action || ' ' || (detail->>'filename') FROM schema_migrations_audit ORDER BY id";
    assert_eq!(
        ask(&options, audit).await,
        [
            "rolled back 3_c.up.sql",
            "rolled back 2_b.up.sql",
            "rolled back 1_a.up.sql"
        ]
    );
}

#[tokio::test]
async fn where_one_cannot_be_undone_none_is() {
    let database = database().await;
    let options = database.options();
    let sets = [set(&[
        ("1_a.sql", "CREATE TABLE a (id int)"),
        ("2_b.up.sql", "SELECT 1"),
        ("2_b.down.sql", "SELECT 1"),
    ])];
    run(&options, &sets).await.unwrap();
    let error = rollback(&options, &sets, &Target::Last(2), &Config::default(), &mut |_| {})
        .await
        .unwrap_err();
    assert_eq!(error.code(), "migration/no-down");
    assert_eq!(
        ask(&options, "SELECT count(*)::text FROM schema_migrations").await,
        ["2"]
    );
    let report = rollback(
        &options,
        &sets,
        &Target::Reversible,
        &Config::default(),
        &mut |_| {},
    )
    .await
    .unwrap();
    assert_eq!(
        (report.undone.len(), report.stopped_at.as_deref()),
        (1, Some("1_a.sql"))
    );
}

#[tokio::test]
async fn a_down_script_that_fails_leaves_its_migration_applied() {
    let database = database().await;
    let options = database.options();
    let sets = [set(&[
        ("1_a.up.sql", "CREATE TABLE a (id int)"),
        ("1_a.down.sql", "DROP TABLE a;\nDROP TABLE b;"),
    ])];
    run(&options, &sets).await.unwrap();
    let error = rollback(&options, &sets, &Target::Last(1), &Config::default(), &mut |_| {})
        .await
        .unwrap_err();
    assert_eq!(error.place().unwrap().line, Some(2));
    assert_eq!(
        ask(
            &options,
            "SELECT to_regclass('a')::text || (SELECT count(*) FROM schema_migrations)"
        )
        .await,
        ["a1"]
    );
}

#[tokio::test]
async fn a_version_that_was_never_applied_is_no_target() {
    let database = database().await;
    let options = database.options();
    let sets = [reversible()];
    run(&options, &sets).await.unwrap();
    let target = Target::To("7".into());
    let error = rollback(&options, &sets, &target, &Config::default(), &mut |_| {})
        .await
        .unwrap_err();
    assert_eq!(error.code(), "migration/no-such-version");
}

#[tokio::test]
async fn a_down_script_that_changed_half_way_does_not_go_on() {
    let database = database().await;
    let options = database.options();
    let up = ("1_a.up.sql", "CREATE TABLE a (id int)");
    let down = |last: &'static str| {
        let script = format!("-- db-fresh: no-transaction\nINSERT INTO a VALUES (1);\n{last};\n");
        [set(&[up, ("1_a.down.sql", script.as_str())])]
    };
    let failing = down("SELECT 1 / 0");
    run(&options, &failing).await.unwrap();
    let (target, config) = (Target::Last(1), Config::default());
    rollback(&options, &failing, &target, &config, &mut |_| {})
        .await
        .unwrap_err();
    let error = rollback(&options, &down("DROP TABLE a"), &target, &config, &mut |_| {})
        .await
        .unwrap_err();
    assert_eq!(error.code(), "migration/half-applied");
    let place = error.diagnostics()[0].place.clone().unwrap();
    assert_eq!(place.file, "1_a.down.sql");
    assert_eq!(ask(&options, "SELECT count(*)::text FROM a").await, ["1"]);
}
