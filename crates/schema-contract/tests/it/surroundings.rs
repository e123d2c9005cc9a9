//! What a consumer finds when it connects holds for its queries: rights, search path, and what its role has set.

use schema_contract::consumers::{ConsumerConfig, Layer};

use crate::asking::{Asked, consumer, query, runner};

/// A role may be there from another test: roles belong to the server.
const SCHEMA: &str = "DO $$BEGIN CREATE ROLE schema_contract_consumer; EXCEPTION WHEN duplicate_object OR unique_violation THEN END$$;
    CREATE SCHEMA app; CREATE TABLE app.t (id int, at timestamptz, s text); INSERT INTO app.t VALUES (1, now(), 'x');
    CREATE SCHEMA other; CREATE TABLE other.u (id int);
    GRANT USAGE ON SCHEMA app, other TO schema_contract_consumer; GRANT ALL ON ALL TABLES IN SCHEMA app, other TO schema_contract_consumer";

const ROLE: Option<&str> = Some("schema_contract_consumer");

/// Settings of a role in a test's own database.
async fn set(asked: &mut Asked, settings: &str) {
    let sql = format!(
        "DO $do$BEGIN EXECUTE format('ALTER ROLE schema_contract_consumer IN DATABASE %I {settings}', current_database()); END$do$"
    );
    asked.run(&sql).await;
}

#[tokio::test]
async fn what_the_role_has_set_holds() {
    let mut asked = Asked::new(SCHEMA).await;
    let sql = "SELECT id FROM t";
    assert_eq!(asked.found(&consumer(ROLE), sql).await[0].1, "42P01");
    set(&mut asked, "SET search_path = app, public").await;
    for config in [consumer(ROLE), runner(ROLE)] {
        assert_eq!(asked.found(&config, sql).await, []);
    }
    assert_eq!(
        asked.found(&consumer(None), sql).await[0].1,
        "42P01",
        "it is the role's alone"
    );
    let path = asked.value("SELECT current_setting('search_path')").await;
    assert_eq!(path, "\"$user\", public", "it is that of before");
}

#[tokio::test]
async fn what_the_database_has_set_holds_for_a_role_too() {
    let mut asked = Asked::new(SCHEMA).await;
    asked
        .run("DO $do$BEGIN EXECUTE format('ALTER DATABASE %I SET search_path = app', current_database()); END$do$")
        .await;
    assert_eq!(asked.found(&consumer(ROLE), "SELECT id FROM t").await, []);
    set(&mut asked, "SET search_path = other").await;
    assert_eq!(asked.found(&consumer(ROLE), "SELECT id FROM u").await, []);
    assert_eq!(asked.found(&consumer(ROLE), "SELECT id FROM t").await.len(), 1);
}

#[tokio::test]
async fn a_search_path_of_the_consumer_comes_first() {
    let mut asked = Asked::new(SCHEMA).await;
    set(&mut asked, "SET search_path = app").await;
    let config = ConsumerConfig {
        search_path: Some("other, \"$user\"".into()),
        ..consumer(ROLE)
    };
    assert_eq!(asked.found(&config, "SELECT id FROM u").await, []);
    assert_eq!(asked.found(&config, "SELECT id FROM t").await.len(), 1);
}

#[tokio::test]
async fn other_settings_hold_and_what_cannot_be_set_is_left() {
    let mut asked = Asked::new(SCHEMA).await;
    let uses =
        "SELECT current_setting('app.tenant')::int, 1 / (current_setting('app.tenant')::int - 7) FROM app.t";
    set(&mut asked, "SET app.tenant = ''7''").await;
    assert_eq!(asked.found(&runner(ROLE), uses).await[0].1, "22012", "it is 7");
    set(&mut asked, "SET app.tenant = ''8''").await;
    set(&mut asked, "SET statement_timeout = 1").await;
    set(&mut asked, "SET default_text_search_config = ''gone''").await;
    set(&mut asked, "SET temp_tablespaces = gone").await;
    assert_eq!(asked.found(&runner(ROLE), uses).await, []);
}

#[tokio::test]
async fn a_role_whose_transactions_only_read_writes_nothing() {
    let mut asked = Asked::new(SCHEMA).await;
    let sql = "INSERT INTO app.t (id) VALUES ($1)";
    assert_eq!(asked.found(&runner(ROLE), sql).await, []);
    set(&mut asked, "SET default_transaction_read_only = on").await;
    let found = asked.found(&runner(ROLE), sql).await;
    assert!(
        matches!(&found[..], [(Layer::Run, state, _)] if state == "25006"),
        "{found:?}"
    );
}

#[tokio::test]
async fn a_finding_without_a_place_points_at_its_statement() {
    let mut asked = Asked::new(SCHEMA).await;
    asked
        .run("REVOKE ALL ON app.t FROM schema_contract_consumer")
        .await;
    let sql = "-- $1 = 5\n-- The one that counts.\n  SELECT id\n  FROM app.t WHERE id = $1";
    let findings = asked.check(&consumer(ROLE), &[query(sql)]).await;
    assert_eq!(findings.len(), 1);
    assert_eq!(
        (
            findings[0].layer,
            findings[0].place.line,
            findings[0].place.column
        ),
        (Layer::Plan, Some(3), Some(3))
    );
}

#[tokio::test]
async fn a_setting_that_the_consumer_makes_before_is_not_missed() {
    let mut asked = Asked::new(SCHEMA).await;
    asked
        .run(
            "CREATE TABLE app.own (id int, tenant uuid NOT NULL); ALTER TABLE app.own ENABLE ROW LEVEL SECURITY;
            CREATE POLICY own ON app.own USING (tenant = current_setting('app.tenant')::uuid);
            CREATE TABLE app.closed (id int); ALTER TABLE app.closed ENABLE ROW LEVEL SECURITY;
            GRANT ALL ON app.own, app.closed TO schema_contract_consumer; INSERT INTO app.own VALUES (1, gen_random_uuid()); ANALYZE app.own",
        )
        .await;
    let queries = [
        "SELECT id FROM app.own",
        "UPDATE app.own SET id = $1 WHERE id = $2",
    ];
    for setting in ["RESET app.tenant", "SET app.tenant = ''''"] {
        set(&mut asked, setting).await;
        for sql in queries {
            for config in [consumer(ROLE), runner(ROLE)] {
                assert_eq!(asked.found(&config, sql).await, [], "{setting}: {sql}");
            }
        }
        let found = asked
            .found(&consumer(ROLE), "SELECT o.id FROM app.own o, app.closed")
            .await;
        assert!(
            matches!(&found[..], [(Layer::Plan, _, message)] if message.contains("`app.closed`")),
            "{found:?}"
        );
    }
}
