//! How things stand, without a word written.

use migration_core::{Config, State, overview};

use crate::support::{ask, database, run, set};

#[tokio::test]
async fn every_state_is_told_apart() {
    let database = database().await;
    let options = database.options();
    run(
        &options,
        &[set(&[
            ("1_a.sql", "CREATE TABLE a (id int)"),
            ("2_b.sql", "SELECT 2"),
            ("4_d.sql", "SELECT 4"),
        ])],
    )
    .await
    .unwrap();
    let half = "INSERT INTO a VALUES (1);\nCREATE INDEX CONCURRENTLY ON nobody (id);";
    let with_half = [
        ("1_a.sql", "CREATE TABLE a (id int)"),
        ("2_b.sql", "SELECT 2"),
        ("4_d.sql", "SELECT 4"),
        ("5_e.sql", half),
    ];
    run(&options, &[set(&with_half)]).await.unwrap_err();
    let changed = [set(&[
        ("1_a.sql", "CREATE TABLE a (id bigint)"),
        ("3_c.sql", "SELECT 3"),
        ("4_d.sql", "SELECT 4"),
        ("5_e.sql", half),
        ("6_f.sql", "SELECT 6"),
        ("7_g.sql", "-- db-fresh: only staging\nSELECT 7"),
    ])];
    let seen = overview(&options, &changed, &Config::default()).await.unwrap();
    let states: Vec<_> = seen
        .items
        .iter()
        .map(|item| (item.file.as_str(), &item.state))
        .collect();
    assert!(
        matches!(
            states.as_slice(),
            [
                ("1_a.sql", State::Edited { .. }),
                ("3_c.sql", State::Late),
                ("4_d.sql", State::Applied { .. }),
                ("5_e.sql", State::Interrupted { done: 1, of: 2 }),
                ("6_f.sql", State::Pending),
                ("7_g.sql", State::Skipped { .. }),
                ("2_b.sql", State::Missing { .. }),
            ]
        ),
        "{states:?}"
    );
    assert_eq!(seen.problems.len(), 3);
}

#[tokio::test]
async fn a_look_writes_nothing_not_even_a_ledger() {
    let database = database().await;
    let options = database.options();
    let read_only = options.clone().options([("default_transaction_read_only", "on")]);
    let seen = overview(
        &read_only,
        &[set(&[("1_a.sql", "CREATE TABLE a (id int)")])],
        &Config::default(),
    )
    .await
    .unwrap();
    assert_eq!(seen.items[0].state, State::Pending);
    assert_eq!(
        ask(
            &options,
            "SELECT count(*)::text FROM pg_class WHERE relnamespace = 'public'::regnamespace"
        )
        .await,
        ["0"]
    );
}
