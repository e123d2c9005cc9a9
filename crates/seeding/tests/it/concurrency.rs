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

#[tokio::test]
async fn no_statement_of_a_seed_gives_the_lock_away() {
    let key = i64::from_be_bytes(*b"seeding!");
    for way in [
        "SELECT pg_advisory_unlock_all();".to_owned(),
        format!("SELECT pg_advisory_unlock({key}), pg_advisory_unlock_shared({key});"),
        format!("SELECT pg_advisory_lock({key}), pg_advisory_unlock({key}), pg_advisory_unlock({key});"),
        "DO $$ BEGIN PERFORM pg_advisory_unlock_all(); END $$;".to_owned(),
        "SAVEPOINT s; SELECT pg_advisory_unlock_all(); ROLLBACK TO SAVEPOINT s;".to_owned(),
        "CREATE SCHEMA x; CREATE FUNCTION x.pg_try_advisory_xact_lock(bigint) RETURNS bool LANGUAGE sql AS 'SELECT true';
         SET search_path = x, pg_catalog, public; SELECT pg_advisory_unlock_all();"
            .to_owned(),
    ] {
        let fixture = Fixture::new(SCHEMA).await;
        // Both would insert the row if they looked for it at the same time.
        let slow = "INSERT INTO public.people SELECT 1 WHERE NOT EXISTS (SELECT FROM public.people);
                    SELECT pg_sleep(0.1)";
        fixture.write("10_a.sql", &format!("{way} {slow};"));
        fixture.write("20_b.sql", &format!("SELECT pg_advisory_unlock_all(); {slow};"));
        let seeds = fixture.seeds();
        let config = config();
        let (mut a, mut b) = (fixture.connect().await, fixture.connect().await);
        let (a, b) = tokio::join!(
            async { apply(&mut a, &seeds, &config, &mut |_| ()).await },
            async { apply(&mut b, &seeds, &config, &mut |_| ()).await },
        );
        let inserted = |report: Result<seeding::Report, seeding::Error>| {
            report.map(|report| report.totals().inserted).map_err(|error| format!("{way}: {error:?}"))
        };
        let created = way.starts_with("CREATE");
        match (inserted(a), inserted(b)) {
            // The second to run finds that the schema is there.
            (Ok(1), Err(error)) | (Err(error), Ok(1)) if created => assert!(error.contains("42P06"), "{error}"),
            (a, b) => assert_eq!(a.unwrap() + b.unwrap(), 1, "{way}"),
        }
    }
}

#[tokio::test]
async fn a_seed_that_ends_the_transaction_of_its_lock_is_refused() {
    for way in [
        "COMMIT; BEGIN;",
        "ROLLBACK; BEGIN;",
        "COMMIT AND CHAIN;",
        "ROLLBACK AND CHAIN;",
    ] {
        let mut fixture = Fixture::new(SCHEMA).await;
        fixture.write("10_a.sql", &format!("{way} SELECT 1;"));
        let error = fixture.apply(&config()).await.unwrap_err();
        assert_eq!(error.code(), "seed/transaction-control", "{way}");
    }
}
