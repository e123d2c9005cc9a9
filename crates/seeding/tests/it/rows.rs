//! Declarative seeds: rows are merged, values are made, and what is there already is left alone.

use seeding::{email_hash, seed_uuid};

use crate::support::{Fixture, KEY, config, execute};

const SCHEMA: &str = r#"
    CREATE TABLE people (
        id uuid PRIMARY KEY, email_hash text UNIQUE, tags text[], extra json, settings jsonb,
        seen timestamptz, score numeric(3, 2) DEFAULT 0.5, "odd ""name" text,
        touched int NOT NULL DEFAULT 0, name_length int GENERATED ALWAYS AS (length("odd ""name")) STORED
    );
    CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN NEW.touched := OLD.touched + 1; RETURN NEW; END $$;
    CREATE TRIGGER touch BEFORE UPDATE ON people FOR EACH ROW EXECUTE FUNCTION touch();
    CREATE SCHEMA stock;
    CREATE TABLE stock.items (code text PRIMARY KEY, amount int, note text);"#;

const PEOPLE: &str = r#"
epoch = 2026-01-01T00:00:00Z

[[table]]
name = "people"
report = ["id"]
rows = [
    { id = { uuid = "user/ada" }, email_hash = { email_hash = ["ada", "example.org"] }, tags = ["a,b", "c"], extra = { a = 1 }, settings = ["x"], seen = { after = { hours = 30 } }, "odd \"name" = "tab\tand \\N" },
    { id = { uuid = "user/ben" }, score = 0.25, "odd \"name" = { null = true } },
]
"#;

#[tokio::test]
async fn rows_arrive_as_they_are_written() {
    let mut fixture = Fixture::new(SCHEMA).await;
    fixture.write("10_people.toml", PEOPLE);
    let report = fixture.apply(&config()).await.unwrap();
    let table = &report.files[0].tables[0];
    assert_eq!((table.inserted, table.unchanged), (2, Some(0)));
    assert_eq!(table.ids[0], format!("id={}", seed_uuid("user/ada")));
    let hash = fixture
        .text("SELECT email_hash FROM people WHERE tags = '{\"a,b\",c}'")
        .await;
    assert_eq!(hash, email_hash(&KEY.into(), "ada", "example.org"));
    let made =
        "SELECT concat_ws('|', extra->>'a', settings->>0, seen AT TIME ZONE 'UTC', score, \"odd \"\"name\")
                FROM people WHERE extra IS NOT NULL";
    assert_eq!(
        fixture.text(made).await,
        "1|x|2026-01-02 06:00:00|0.50|tab\tand \\N"
    );
    assert_eq!(
        fixture
            .count("SELECT count(*) FROM people WHERE score = 0.25 AND tags IS NULL")
            .await,
        1
    );
}

#[tokio::test]
async fn a_second_run_touches_no_row_and_a_changed_one_is_put_right() {
    let mut fixture = Fixture::new(SCHEMA).await;
    fixture.write("10_people.toml", PEOPLE);
    fixture.apply(&config()).await.unwrap();
    let verified = fixture.verify().await.unwrap();
    assert_eq!(verified.files[0].tables[0].unchanged, Some(2));
    fixture.apply(&config()).await.unwrap();
    assert_eq!(fixture.count("SELECT sum(touched) FROM people").await, 0);

    execute(
        &mut fixture.conn,
        "UPDATE people SET settings = '[]' WHERE score = 0.5",
    )
    .await;
    let report = fixture.apply(&config()).await.unwrap();
    let table = &report.files[0].tables[0];
    assert_eq!((table.inserted, table.updated, table.unchanged), (0, 1, Some(1)));
}

#[tokio::test]
async fn a_csv_is_loaded_into_the_table_of_its_name() {
    let mut fixture = Fixture::new(SCHEMA).await;
    fixture.write(
        "10_stock.items.csv",
        "code,amount,note\na,1,\"one, or so\"\nb,2,\n",
    );
    let report = fixture.apply(&config()).await.unwrap();
    assert_eq!(report.files[0].tables[0].table, "stock.items");
    assert_eq!(report.totals().inserted, 2);
    assert_eq!(
        fixture
            .count("SELECT count(*) FROM stock.items WHERE note IS NULL")
            .await,
        1
    );
    fixture.verify().await.unwrap();
}

#[tokio::test]
async fn a_pseudonym_is_readable_in_sql_as_a_setting() {
    let mut fixture = Fixture::new(SCHEMA).await;
    fixture.write(
        "10_people.sql",
        "-- db-fresh: email-hash ada = Ada at example.org\n
         INSERT INTO people (id, email_hash)
         VALUES ('00000000-0000-0000-0000-000000000001', current_setting('seed.email_hash.ada'))
         ON CONFLICT DO NOTHING;",
    );
    fixture.apply(&config()).await.unwrap();
    let hash = fixture.text("SELECT email_hash FROM people").await;
    assert_eq!(hash, email_hash(&KEY.into(), "ada", "example.org"));
    let left = fixture
        .text("SELECT coalesce(current_setting('seed.email_hash.ada', true), '')")
        .await;
    assert_eq!(left, "", "the setting ends with the file");
    fixture.verify().await.unwrap();
}

#[tokio::test]
async fn many_rows_go_straight_into_an_empty_table_and_are_merged_into_a_full_one() {
    let mut fixture = Fixture::new(SCHEMA).await;
    let row = |number: usize| format!("item-{number},{number},a note long enough to fill a few pages\n");
    let csv: String = std::iter::once("code,amount,note\n".to_owned())
        .chain((0..3_000).map(row))
        .collect();
    fixture.write("10_stock.items.csv", &csv);
    let first = fixture.apply(&config()).await.unwrap();
    assert_eq!(first.totals().inserted, 3_000);
    execute(
        &mut fixture.conn,
        "DELETE FROM stock.items WHERE amount < 10; UPDATE stock.items SET note = '' WHERE amount = 10",
    )
    .await;
    let second = fixture.apply(&config()).await.unwrap().totals();
    assert_eq!(
        (second.inserted, second.updated, second.unchanged),
        (10, 1, 2_989)
    );
    fixture.verify().await.unwrap();
}

#[tokio::test]
async fn few_rows_are_stored_as_strictly_as_many() {
    let schema = "CREATE DOMAIN short AS varchar(3);
        CREATE TABLE strict (id int PRIMARY KEY, code varchar(3), bits bit(2), alias short, codes varchar(3)[], score numeric(3, 2));";
    for value in [
        "code = \"four\"",
        "bits = \"101\"",
        "alias = \"four\"",
        "codes = [\"four\"]",
        "score = 10.5",
    ] {
        let mut fixture = Fixture::new(schema).await;
        fixture.write(
            "10_strict.toml",
            &format!("[[table]]\nname = \"strict\"\nrows = [{{ id = 1, {value} }}]\n"),
        );
        let error = fixture.apply(&config()).await.unwrap_err();
        assert_eq!(diagnostic::Explain::code(&error), "seed/sql", "{value}");
    }
    let mut fixture = Fixture::new(schema).await;
    fixture.write(
        "10_strict.toml",
        "[[table]]\nname = \"strict\"\nrows = [{ id = 1, code = \"abc\", bits = \"10\", alias = \"abc\", codes = [\"abc\"], score = 0.905 }]\n",
    );
    fixture.apply(&config()).await.unwrap();
    let report = fixture.verify().await.unwrap();
    assert_eq!(
        report.files[0].tables[0].unchanged,
        Some(1),
        "rounding is no change"
    );
}
