//! A second run must change nothing, and a seed that would is caught, whatever way it finds.

use seeding::{Error, Outcome};

use crate::support::{Fixture, config};

const SCHEMA: &str = "
    CREATE TABLE people (
        id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text UNIQUE, updated_at timestamptz DEFAULT now()
    );
    CREATE TABLE events (day date NOT NULL, note text) PARTITION BY RANGE (day);
    CREATE TABLE events_2026 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');";

/// Applies the seed, then asks whether it may run again; gives what was found, and whether rows stayed the same.
async fn second_run(sql: &str) -> (Result<(), String>, bool) {
    let mut fixture = Fixture::new(SCHEMA).await;
    fixture.write("10_people.sql", sql);
    fixture.apply(&config()).await.unwrap();
    let content = "SELECT coalesce(string_agg(p::text, ',' ORDER BY id), '') FROM people p";
    let before = fixture.text(content).await;
    let found = match fixture.verify().await {
        Ok(_) => Ok(()),
        Err(error) => Err(fixture.shown(&error)),
    };
    let after = fixture.text(content).await;
    (found, before == after)
}

#[tokio::test]
async fn an_insert_without_a_key_is_caught_and_taken_back() {
    let (found, is_same) =
        second_run("INSERT INTO people (name) SELECT NULL FROM generate_series(1, 3);").await;
    insta::assert_snapshot!(found.unwrap_err());
    assert!(is_same);
}

#[tokio::test]
async fn a_moving_updated_at_is_caught_by_name() {
    let sql = "INSERT INTO people (name) VALUES ('ada') ON CONFLICT (name) DO UPDATE SET updated_at = now();";
    let (found, is_same) = second_run(sql).await;
    let found = found.unwrap_err();
    assert!(found.contains("columns that differ: updated_at"), "{found}");
    assert!(found.contains("0 inserted, 1 updated, 0 deleted"), "{found}");
    assert!(is_same);
}

#[tokio::test]
async fn a_delete_and_a_truncate_are_caught() {
    let delete = "DELETE FROM people; INSERT INTO people (name) VALUES ('ada');";
    assert!(second_run(delete).await.0.is_err(), "the row has a new id");
    let truncate = "INSERT INTO people (name) SELECT 'ada' WHERE to_regclass('people_seeded') IS NULL;
        DO $$ BEGIN IF to_regclass('people_seeded') IS NOT NULL THEN TRUNCATE people; END IF; END $$;
        CREATE TABLE IF NOT EXISTS people_seeded ();";
    let found = second_run(truncate).await.0.unwrap_err();
    assert!(found.contains("changes `people`"), "{found}");
}

#[tokio::test]
async fn rows_of_a_partition_count_for_its_table() {
    let sql = "INSERT INTO events VALUES ('2026-03-01', 'again');";
    let found = second_run(sql).await.0.unwrap_err();
    assert!(found.contains("changes `events`"), "{found}");
}

#[tokio::test]
async fn every_table_that_would_change_is_told_at_once() {
    let mut fixture = Fixture::new(SCHEMA).await;
    fixture.write("10_a.sql", "INSERT INTO people (name) VALUES (NULL);");
    fixture.write("20_b.sql", "INSERT INTO events VALUES ('2026-03-01', 'again');");
    fixture.apply(&config()).await.unwrap();
    let Err(Error::NotIdempotent { repeats }) = fixture.verify().await else {
        panic!("both files insert on every run");
    };
    let tables: Vec<_> = repeats.iter().map(|repeat| repeat.table.as_str()).collect();
    assert_eq!(tables, ["people", "events"]);
}

#[tokio::test]
async fn writing_equal_values_is_work_and_no_change() {
    let sql =
        "INSERT INTO people (name) VALUES ('ada') ON CONFLICT (name) DO UPDATE SET name = excluded.name;";
    let mut fixture = Fixture::new(SCHEMA).await;
    fixture.write("10_people.sql", sql);
    fixture.apply(&config()).await.unwrap();
    let report = fixture.verify().await.unwrap();
    assert_eq!(report.files[0].outcome, Outcome::Unchanged);
    assert_eq!(report.files[0].tables[0].rewritten, 1);
}

#[tokio::test]
async fn a_second_apply_reports_nothing_written() {
    let mut fixture = Fixture::new(SCHEMA).await;
    fixture.write(
        "10_people.sql",
        "INSERT INTO people (name) VALUES ('ada') ON CONFLICT DO NOTHING;",
    );
    let first = fixture.apply(&config()).await.unwrap();
    assert_eq!(first.totals().inserted, 1);
    let second = fixture.apply(&config()).await.unwrap();
    assert!(second.files[0].tables.is_empty(), "{second:?}");
}
