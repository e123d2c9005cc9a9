//! Names that hold what a contract separates with: commas, colons, dots, parentheses, quotes, slashes and line ends.

use schema_contract::{
    Scope, Snapshot, contract,
    docs::{Group, dictionary, mermaid, svg},
    expectations::{self, Applied},
    lacking, snapshot,
};

use crate::server;

const SCHEMA: &str = r#"
    CREATE SCHEMA "s.t";
    CREATE TYPE "s.t"."mood, or: so" AS ENUM ('a, b', 'it''s', 'back\slash', E'two\nlines', '"c", ''d''', '');
    CREATE TABLE "s.t"."t (u), v" (
        "a, b" integer,
        "c: d" integer,
        "e.f) g" integer,
        "say ""hi""" text,
        "a | b `c`" text,
        CONSTRAINT "key, of: t.u" PRIMARY KEY ("a, b", "e.f) g")
    );
    CREATE TABLE "s.t"."t (u), v.w" (
        one integer,
        "two, ""three""" integer,
        CONSTRAINT "to, (t)" FOREIGN KEY ("two, ""three""", one) REFERENCES "s.t"."t (u), v" ON DELETE CASCADE
    );
    CREATE INDEX "i, j" ON "s.t"."t (u), v" ("c: d" DESC, lower("say ""hi""" || ', ('), "a, b") INCLUDE ("e.f) g");
    CREATE UNIQUE INDEX "k" ON "s.t"."t (u), v" ("a, b", "c: d");
    CREATE SEQUENCE "s.t"."n, m" OWNED BY "s.t"."t (u), v"."a, b";
    CREATE TABLE "s.t"."p, q" ("d, e" date) PARTITION BY RANGE ("d, e");
    CREATE TABLE "s.t"."p, q.1" PARTITION OF "s.t"."p, q" FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')"#;

async fn odd() -> (Snapshot, Snapshot) {
    let database = server::database().await;
    let mut conn = database.connect().await;
    sqlx::raw_sql(SCHEMA).execute(&mut conn).await.unwrap();
    let read = snapshot(&mut conn, &Scope::default()).await.unwrap();
    let labels: Vec<String> =
        sqlx::query_scalar("SELECT quote_literal(enumlabel) FROM pg_enum ORDER BY enumsortorder")
            .fetch_all(&mut conn)
            .await
            .unwrap();
    let written = labels.join(", ");
    let is_labels = |fact: &&schema_contract::Fact| fact.key.property == "labels";
    let found = read.facts().iter().find(is_labels).unwrap();
    assert_eq!(
        found.value.text(),
        written,
        "labels are literals as the server writes them"
    );
    let file = contract::to_file_text(&read, "odd");
    (
        read,
        contract::from_file_text(&file, "odd.contract.snap").unwrap(),
    )
}

#[tokio::test]
async fn a_contract_reads_back_as_the_same_data() {
    let (read, recorded) = odd().await;
    assert_eq!(recorded, read);
    assert_eq!(recorded.to_text(), read.to_text());
    assert_eq!(recorded.digest(), read.digest());
    for (one, other) in recorded.facts().iter().zip(read.facts()) {
        // The options of an expression are told apart by the server alone; there are none here.
        assert_eq!(format!("{:?}", one.value), format!("{:?}", other.value));
    }
}

#[tokio::test]
async fn the_pictures_show_the_names_as_they_are() {
    let (read, recorded) = odd().await;
    let drawn = |snapshot: &Snapshot, draw: fn(&[Group<'_>]) -> String| {
        draw(&[Group {
            name: "odd",
            snapshot,
        }])
    };
    for draw in [mermaid, svg, dictionary] {
        assert_eq!(drawn(&read, draw), drawn(&recorded, draw));
    }
    insta::assert_snapshot!("odd_names_in_mermaid", drawn(&recorded, mermaid));
    insta::assert_snapshot!("odd_names_in_the_dictionary", drawn(&recorded, dictionary));
    let picture = drawn(&recorded, svg);
    assert_eq!(picture.matches("class=\"reference\"").count(), 1, "{picture}");
    for text in [
        "s.t.t (u), v.w",
        "a, b",
        "c: d",
        "e.f) g",
        "say \"hi\"",
        "1 partitions",
    ] {
        assert!(picture.contains(&format!(">{text}</text>")), "{text}\n{picture}");
    }
    // Both columns of the primary key, and no other.
    assert_eq!(picture.matches("<text class=\"key\"").count(), 2, "{picture}");
}

#[tokio::test]
async fn a_list_grows_by_whole_names() {
    let (_, recorded) = odd().await;
    let text = recorded.to_text();
    let summary = |before: &str, after: &str| {
        assert!(text.contains(before), "{before}");
        let changed = Snapshot::parse(&text.replacen(before, after, 1)).unwrap();
        lacking(&recorded, &changed).summary()
    };
    let columns = r#"columns = "a, b", "c: d""#;
    assert_eq!(
        summary(columns, r#"columns = "a, b", new, "c: d""#),
        "nothing differs"
    );
    assert_eq!(summary(columns, r#"columns = "a, b", "c: d, b""#), "1 changed");
    // The same pieces between commas, and another column.
    assert_eq!(
        summary(columns, r#"columns = "a, x", "y, b", "c: d""#),
        "1 changed"
    );
    assert_eq!(summary("'a, b', 'it", "'a, x', 'y, b', 'it"), "1 changed");
    assert_eq!(summary("'a, b', 'it", "'a, b', 'new', 'it"), "nothing differs");
}

#[test]
fn keys_and_indexes_are_expected_by_whole_names() {
    let toml = r#"[tables.t]
        primary_key = ["a, b", "c) d"]
        unique = [["a, b", "e"]]
        indexes = [["c) d", "e"]]"#;
    let expected = expectations::parse(toml, "e.toml").unwrap();
    let text = "table public.t / columns = \"a, b\", \"c) d\", e\n\
        table public.t / index t_pkey / columns = \"a, b\", \"c) d\"\n\
        table public.t / index t_pkey / primary = yes\n\
        table public.t / index t_unique / columns = \"a, b\" gist_ops (siglen='1, 2'), e DESC\n\
        table public.t / index t_unique / unique = yes\n\
        table public.t / index t_index / columns = \"c) d\" DESC, e, lower((e || ', '::text))\n";
    let snapshot = Snapshot::parse(text).unwrap();
    let today = "2026-11-21".parse().unwrap();
    let breaches = expectations::unmet(&expected, &snapshot, &Applied::new(), today);
    assert!(breaches.is_empty(), "{breaches:?}");
}

#[tokio::test]
async fn a_table_that_is_left_out_takes_its_own_sequences_along_and_no_others() {
    let database = server::database().await;
    let mut conn = database.connect().await;
    let sql = r#"CREATE TABLE "led" (a integer); CREATE TABLE "led.ger" (a integer);
        CREATE SEQUENCE one OWNED BY "led"."a"; CREATE SEQUENCE two OWNED BY "led.ger"."a""#;
    sqlx::raw_sql(sql).execute(&mut conn).await.unwrap();
    let scope = Scope {
        exclude_tables: vec![("public".into(), "led.ger".into())],
        ..Scope::default()
    };
    let left = snapshot(&mut conn, &scope).await.unwrap();
    let names: Vec<&str> = left.objects().map(|object| object.name.as_str()).collect();
    assert!(names.contains(&"one") && names.contains(&"led"), "{names:?}");
    assert!(
        !names.contains(&"two") && !names.contains(&"led.ger"),
        "{names:?}"
    );
}
