//! What a person sees when a seed fails, and what nobody may see.

use diagnostic::Explain;
use seeding::{Config, Error, Outcome};

use crate::support::{Fixture, KEY, config};

const SCHEMA: &str = "
    CREATE TABLE people (id int PRIMARY KEY, email_hash text UNIQUE, score numeric(3, 2));
    CREATE TABLE loose (note text);";

async fn error_of(name: &str, text: &str) -> (String, String) {
    let mut fixture = Fixture::new(SCHEMA).await;
    fixture.write(name, text);
    let error = fixture.apply(&config()).await.unwrap_err();
    assert_eq!(
        fixture.count("SELECT count(*) FROM people").await,
        0,
        "nothing of a failed file stays"
    );
    (error.code().to_owned(), fixture.shown(&error))
}

#[tokio::test]
async fn a_missing_key_is_found_before_anything_is_touched() {
    let mut fixture = Fixture::new(SCHEMA).await;
    fixture.write(
        "10_first.sql",
        "INSERT INTO people (id) VALUES (1) ON CONFLICT DO NOTHING;",
    );
    fixture.write(
        "20_people.toml",
        "[[table]]\nname = \"people\"\nrows = [{ id = 2, email_hash = { email_hash = [\"ada\", \"example.org\"] } }]\n",
    );
    for email_hash_key in [None, Some("  ".into())] {
        let config = Config {
            email_hash_key,
            ..Config::default()
        };
        let error = fixture.apply(&config).await.unwrap_err();
        assert_eq!(error.code(), "seed/missing-key");
        insta::assert_snapshot!("missing_key", fixture.shown(&error));
    }
    assert_eq!(fixture.count("SELECT count(*) FROM people").await, 0);
    let needs = fixture.seeds().needs_email_key();
    assert!(
        needs.len() == 1 && needs[0].ends_with("20_people.toml"),
        "{needs:?}"
    );
}

#[tokio::test]
async fn broken_sql_is_shown_where_it_stands() {
    let (code, shown) = error_of(
        "10_people.sql",
        "-- Ünïcode in front of it.\nINSERT INTO people (id) VALUES (1);\nINSERT INTO poeple (id) VALUES (2);\n",
    )
    .await;
    assert_eq!(code, "seed/sql");
    insta::assert_snapshot!(shown);
}

#[tokio::test]
async fn a_failure_without_a_position_is_placed_at_its_statement() {
    let mut fixture = Fixture::new(SCHEMA).await;
    fixture.write(
        "10_people.sql",
        "INSERT INTO people (id) VALUES (1);\nINSERT INTO people (id) VALUES (1);\n",
    );
    let split = |text: &str| {
        let first = text.find('\n').unwrap() + 1;
        vec![0..first, first..text.len()]
    };
    let config = Config {
        split_statements: Some(split),
        ..config()
    };
    let error = fixture.apply(&config).await.unwrap_err();
    assert_eq!(error.place().unwrap().line, Some(2));
    assert_eq!(fixture.count("SELECT count(*) FROM people").await, 0);
}

#[tokio::test]
async fn a_bad_value_is_shown_at_its_row() {
    let toml = "[[table]]\nname = \"people\"\nrows = [\n  { id = 1, score = 0.5 },\n  { id = 2, score = \"much\" },\n]\n";
    let (_, shown) = error_of("10_people.toml", toml).await;
    insta::assert_snapshot!(shown);
    let (_, shown) = error_of("10_people.csv", "id,score\n1,0.5\n2,much\n").await;
    assert!(shown.contains("--> seeds/10_people.csv:3"), "{shown}");
}

#[tokio::test]
async fn nothing_secret_is_in_an_error() {
    let address = format!("{}@{}", "ada", "example.org");
    let duplicate = format!(
        "-- db-fresh: email-hash ada = ada at example.org\n
         INSERT INTO people (id, email_hash) VALUES (1, '{address}'), (2, '{address}');"
    );
    let raised = format!("DO $$ BEGIN RAISE EXCEPTION 'no mail for {address}, key {KEY}'; END $$;");
    let unread = format!("INSERT INTO people (id) VALUES ('{address}');");
    let row = format!("[[table]]\nname = \"people\"\nrows = [{{ id = \"{address}\" }}]\n");
    for (name, text) in [
        ("10_a.sql", &duplicate),
        ("10_b.sql", &raised),
        ("10_c.sql", &unread),
        ("10_d.toml", &row),
    ] {
        let mut fixture = Fixture::new(SCHEMA).await;
        fixture.write(name, text);
        let error = fixture.apply(&config()).await.unwrap_err();
        let all = format!("{}{error}{error:?}", fixture.shown(&error));
        assert!(!all.contains(&address), "{all}");
        assert!(!all.contains(KEY), "{all}");
    }
}

#[tokio::test]
async fn a_file_that_commits_by_itself_is_told() {
    let mut fixture = Fixture::new(SCHEMA).await;
    fixture.write(
        "10_people.sql",
        "INSERT INTO loose VALUES ('x'); COMMIT; INSERT INTO loose VALUES ('y');",
    );
    let error = fixture.apply(&config()).await.unwrap_err();
    assert_eq!(error.code(), "seed/transaction-control");
}

#[tokio::test]
async fn tables_columns_and_keys_that_are_not_there_are_named() {
    let table = |name: &str, row: &str| format!("[[table]]\nname = \"{name}\"\nrows = [{{ {row} }}]\n");
    let (code, _) = error_of("10_a.toml", &table("poeple", "id = 1")).await;
    assert_eq!(code, "seed/no-table");
    let (code, shown) = error_of("10_a.toml", &table("people", "id = 1, scroe = 1")).await;
    assert_eq!(code, "seed/no-column");
    assert!(
        shown.contains("`scroe`") && shown.contains("id, email_hash, score"),
        "{shown}"
    );
    let (code, _) = error_of("10_a.toml", &table("loose", "note = \"x\"")).await;
    assert_eq!(code, "seed/no-key");
}

#[tokio::test]
async fn a_deferred_constraint_speaks_up_at_commit() {
    let mut fixture = Fixture::new(
        "CREATE TABLE a (id int PRIMARY KEY);
         CREATE TABLE b (a int REFERENCES a DEFERRABLE INITIALLY DEFERRED);",
    )
    .await;
    fixture.write("10_b.sql", "INSERT INTO b VALUES (1);");
    let error = fixture.apply(&config()).await.unwrap_err();
    assert!(
        matches!(&error, Error::Sql { failure, .. } if failure.sqlstate == "23503"),
        "{error:?}"
    );
}

#[tokio::test]
async fn development_seeds_stay_out_of_production() {
    let mut fixture = Fixture::new(SCHEMA).await;
    fixture.write(
        "10_people.sql",
        "-- DEV/TEST ONLY\nINSERT INTO people (id) VALUES (1);",
    );
    let config = Config {
        environment: "production".to_owned(),
        ..Config::default()
    };
    let report = fixture.apply(&config).await.unwrap();
    assert!(matches!(report.files[0].outcome, Outcome::Skipped { .. }));
    assert_eq!(fixture.count("SELECT count(*) FROM people").await, 0);
}

#[tokio::test]
async fn a_server_that_does_not_count_is_refused() {
    let mut fixture = Fixture::new(SCHEMA).await;
    crate::support::execute(&mut fixture.conn, "SET track_counts = off").await;
    fixture.write("10_people.sql", "SELECT 1;");
    let error = fixture.apply(&config()).await.unwrap_err();
    assert_eq!(error.code(), "seed/not-counted");
}

#[tokio::test]
async fn a_hash_that_is_not_declared_says_how() {
    let sql = "INSERT INTO loose VALUES (current_setting('seed.email_hash.bob'));";
    let (code, shown) = error_of("10_a.sql", sql).await;
    assert_eq!(code, "seed/sql");
    assert!(
        shown.contains("-- db-fresh: email-hash NAME = LOCAL at DOMAIN"),
        "{shown}"
    );
}
