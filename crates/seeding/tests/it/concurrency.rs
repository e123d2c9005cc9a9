//! Several runs at once: they take turns, and one that waits too long says for whom.

use std::time::Duration;

use diagnostic::Explain;
use seeding::{Config, apply};
use sqlx::Connection;

use crate::support::{Fixture, config, execute};

const SCHEMA: &str = "CREATE TABLE people (id int PRIMARY KEY, name text);";

#[tokio::test]
async fn two_runs_at_once_both_succeed() {
    let mut fixture = Fixture::new(SCHEMA).await;
    let rows: Vec<String> = (0..500)
        .map(|id| format!("{{ id = {id}, name = \"n\" }}"))
        .collect();
    fixture.write(
        "10_a.toml",
        &format!("[[table]]\nname = \"people\"\nrows = [{}]\n", rows.join(",")),
    );
    let seeds = fixture.seeds();
    let config = config();
    let (mut a, mut b) = (fixture.connect().await, fixture.connect().await);
    let (a, b) = tokio::join!(
        async { apply(&mut a, &seeds, &config, &mut |_| ()).await },
        async { apply(&mut b, &seeds, &config, &mut |_| ()).await },
    );
    assert_eq!(a.unwrap().totals().inserted + b.unwrap().totals().inserted, 500);
    assert_eq!(fixture.count("SELECT count(*) FROM people").await, 500);
}

#[tokio::test]
async fn waiting_ends_and_names_the_holder() {
    let mut fixture = Fixture::new(SCHEMA).await;
    fixture.write("10_a.sql", "INSERT INTO people VALUES (1);");
    let mut other = fixture.connect().await;
    execute(&mut other, "SET application_name = 'the other run'").await;
    let mut held = other.begin().await.unwrap();
    let key = i64::from_be_bytes(*b"seeding!");
    execute(&mut held, &format!("SELECT pg_advisory_xact_lock({key})")).await;
    let config = Config {
        lock_timeout: Duration::from_millis(60),
        ..config()
    };
    let error = fixture.apply(&config).await.unwrap_err();
    assert_eq!(error.code(), "seed/busy");
    let shown = fixture.shown(&error);
    assert!(shown.contains("application the other run"), "{shown}");
    assert_eq!(fixture.count("SELECT count(*) FROM people").await, 0);
    held.rollback().await.unwrap();
    fixture.apply(&config).await.unwrap();
}
