//! The reference database of this repository and its consumers: they fit, and what is taken away is missed.

use std::{collections::BTreeSet, path::PathBuf};

use diagnostic::Explain;
use schema_contract::{
    Scope,
    consumers::{ConsumerConfig, check, read_sql_folder, read_sqlx_folder},
    expectations::{self, Applied, snapshot_with_partitions},
    snapshot,
};
use sqlx::{AssertSqlSafe, Connection, PgConnection};

use crate::server;

fn root() -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "..", ".."].iter().collect()
}

/// Runs the up scripts of a component, and gives their numbers.
async fn migrate(conn: &mut PgConnection, component: &str) -> BTreeSet<u64> {
    let folder = root().join("migrations").join(component);
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.retain(|path| path.to_string_lossy().ends_with(".up.sql"));
    files.sort();
    for file in &files {
        let sql = std::fs::read_to_string(file).unwrap();
        let ran = sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut *conn).await;
        ran.unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    }
    let number = |path: &PathBuf| path.file_name().unwrap().to_string_lossy()[..4].parse().unwrap();
    files.iter().map(number).collect()
}

#[tokio::test]
async fn the_consumers_of_the_reference_database_are_served() {
    let database = server::database().await;
    let mut conn = database.connect().await;
    let mut applied = Applied::new();
    for component in ["operational", "analytics"] {
        applied.insert(component.into(), migrate(&mut conn, component).await);
    }
    let consumers = root().join("fixtures/consumers");
    let mut queries = read_sql_folder(&consumers.join("billing")).unwrap();
    queries.extend(read_sqlx_folder(&consumers.join("dashboard/.sqlx")).unwrap());
    assert!(queries.len() >= 8, "{}", queries.len());
    let findings = check(&mut conn, &ConsumerConfig::default(), &queries)
        .await
        .unwrap();
    assert!(findings.is_empty(), "{findings:#?}");

    let path = consumers.join("persona/expectations.toml");
    let expected = expectations::read(&path).unwrap();
    let (actual, today) = snapshot_with_partitions(&mut conn, &Scope::default(), &expected)
        .await
        .unwrap();
    expectations::check(&expected, &actual, &applied, today, "persona", Some(&path)).unwrap();

    let counts = actual.counts();
    assert!(
        counts.tables > 20 && counts.columns > 150 && counts.indexes > 20,
        "{counts:?}"
    );
}

#[tokio::test]
async fn a_breach_names_the_consumer_and_all_that_is_missing() {
    let database = server::database().await;
    let mut conn = database.connect().await;
    let applied = Applied::from([("operational".to_owned(), migrate(&mut conn, "operational").await)]);
    let damage = "ALTER TABLE user_profiles DROP COLUMN trust_level CASCADE; \
                  ALTER TABLE multi_dimensional_memory ALTER COLUMN layer DROP NOT NULL";
    sqlx::raw_sql(damage).execute(&mut conn).await.unwrap();
    let path = root().join("fixtures/consumers/persona/expectations.toml");
    let expected = expectations::read(&path).unwrap();
    let (actual, today) = snapshot_with_partitions(&mut conn, &Scope::default(), &expected)
        .await
        .unwrap();
    let error = expectations::check(&expected, &actual, &applied, today, "persona", None).unwrap_err();
    let whats: Vec<String> = error
        .diagnostics()
        .into_iter()
        .map(|diagnostic| diagnostic.what)
        .collect();
    assert_eq!(
        whats,
        [
            "`multi_dimensional_memory.layer` is not what consumer `persona` expects",
            "`user_profiles.trust_level` is not what consumer `persona` expects",
        ]
    );
}

#[tokio::test]
async fn partitions_that_a_job_makes_are_tried_and_undone() {
    let database = server::database().await;
    let mut conn = database.connect().await;
    let sql = "CREATE TABLE logs (day date) PARTITION BY RANGE (day); \
        CREATE FUNCTION make_logs(ahead integer) RETURNS void LANGUAGE plpgsql AS $$ BEGIN FOR n IN 0..ahead LOOP \
        EXECUTE format('CREATE TABLE logs_%s PARTITION OF logs FOR VALUES FROM (%L) TO (%L)', n, \
        date_trunc('month', now() AT TIME ZONE 'UTC') + n * interval '1 month', \
        date_trunc('month', now() AT TIME ZONE 'UTC') + (n + 1) * interval '1 month'); END LOOP; END $$";
    sqlx::raw_sql(sql).execute(&mut conn).await.unwrap();
    let expect = |made_by: &str| {
        let toml =
            format!("[tables.logs.partitions]\ninterval = \"month\"\nahead = 2\nmade_by = \"{made_by}\"");
        expectations::parse(&toml, "e.toml").unwrap()
    };
    let before = snapshot(&mut conn, &Scope::default()).await.unwrap();
    for (made_by, missing) in [("make_logs(2)", 0), ("make_logs(1)", 1)] {
        let expected = expect(made_by);
        let (actual, today) = snapshot_with_partitions(&mut conn, &Scope::default(), &expected)
            .await
            .unwrap();
        let breaches = expectations::unmet(&expected, &actual, &Applied::new(), today);
        assert_eq!(breaches.len(), missing, "{made_by}: {breaches:?}");
    }
    let failing = snapshot_with_partitions(&mut conn, &Scope::default(), &expect("no_such_job()")).await;
    assert_eq!(failing.unwrap_err().code(), "contract/cannot-read");
    assert!(!conn.is_in_transaction());
    assert_eq!(snapshot(&mut conn, &Scope::default()).await.unwrap(), before);
}
