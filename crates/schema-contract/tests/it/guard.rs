//! The version guard against a real table.

use diagnostic::Explain;
use schema_contract::guard::{Enforcement, GuardConfig, Outcome, Verdict, VersionTable, check};

use crate::server;

fn config(app_version: &str, enforcement: Enforcement) -> GuardConfig {
    GuardConfig {
        app_version: app_version.into(),
        table: VersionTable {
            schema: None,
            name: "settings".into(),
            key_column: "name".into(),
            value_column: "value".into(),
            environment_column: Some("environment".into()),
        },
        key: "schema_version".into(),
        environment: Some("staging".into()),
        enforcement,
    }
}

#[tokio::test]
async fn the_guard_compares_with_the_row_of_its_environment() {
    let database = server::database().await;
    let mut conn = database.connect().await;
    let enforced = |version| config(version, Enforcement::Enforced);
    let error = check(&mut conn, &enforced("1.4.0")).await.unwrap_err();
    assert_eq!(
        (error.code(), error.facts()[0].value.as_str()),
        ("guard/version-unknown", "42P01")
    );

    let sql = "CREATE TABLE settings (name text, value jsonb, environment text); \
        INSERT INTO settings VALUES ('schema_version', '{\"version\": \"9.0.0\"}', 'production')";
    sqlx::raw_sql(sql).execute(&mut conn).await.unwrap();
    assert_eq!(
        check(&mut conn, &enforced("1.4.0")).await.unwrap_err().code(),
        "guard/version-unknown"
    );

    let every = "INSERT INTO settings VALUES ('schema_version', '{\"version\": \"1.9.0\"}', 'all')";
    sqlx::raw_sql(every).execute(&mut conn).await.unwrap();
    assert_eq!(
        check(&mut conn, &enforced("1.9.0")).await.unwrap().verdict,
        Some(Verdict::Equal)
    );

    let row = "INSERT INTO settings VALUES ('schema_version', \
        '{\"version\": \"1.4.0\", \"migration\": \"0034_x\", \"timestamp\": \"2026-11-21T00:00:00Z\"}', 'staging')";
    sqlx::raw_sql(row).execute(&mut conn).await.unwrap();
    for (version, verdict) in [("1.4.0", Verdict::Equal), ("1.3.9", Verdict::DatabaseNewer)] {
        let report = check(&mut conn, &enforced(version)).await.unwrap();
        assert_eq!(
            (report.verdict, report.outcome, report.warning),
            (Some(verdict), Outcome::Passed, None)
        );
    }
    assert_eq!(
        check(&mut conn, &enforced("1.5.0")).await.unwrap_err().code(),
        "guard/application-newer"
    );
    assert_eq!(
        check(&mut conn, &enforced("2.0.0")).await.unwrap_err().code(),
        "guard/version-conflict"
    );
    assert_eq!(
        check(&mut conn, &enforced("next")).await.unwrap_err().code(),
        "guard/no-version"
    );
}

#[tokio::test]
async fn a_guard_that_is_skipped_says_so_whatever_it_would_have_said() {
    let database = server::database().await;
    let mut conn = database.connect().await;
    let skipped = |version| config(version, Enforcement::Skipped);
    let report = check(&mut conn, &skipped("1.0.0")).await.unwrap();
    assert_eq!(report.outcome, Outcome::Bypassed);
    assert!(
        report
            .warning
            .unwrap()
            .starts_with("SCHEMA GUARD SKIPPED: it would have REFUSED")
    );
    let sql = "CREATE TABLE settings (name text, value jsonb, environment text); \
        INSERT INTO settings VALUES ('schema_version', '{\"version\": \"1.0.0\"}', 'staging')";
    sqlx::raw_sql(sql).execute(&mut conn).await.unwrap();
    let warning = check(&mut conn, &skipped("2.0.0"))
        .await
        .unwrap()
        .warning
        .unwrap();
    assert_eq!(
        warning,
        "SCHEMA GUARD SKIPPED: it would have REFUSED (application 2.0.0, database 1.0.0)"
    );
    let warning = check(&mut conn, &skipped("1.0.0"))
        .await
        .unwrap()
        .warning
        .unwrap();
    assert!(warning.contains("it would have passed"), "{warning}");
}

#[tokio::test]
async fn a_table_is_found_whatever_its_names_hold_and_may_have_no_environments() {
    let database = server::database().await;
    let mut conn = database.connect().await;
    let sql = "CREATE SCHEMA \"s.t\"; CREATE TABLE \"s.t\".\"the settings, v.2\" (\"k\"\"ey\" text, \"va.lue\" jsonb); \
        INSERT INTO \"s.t\".\"the settings, v.2\" VALUES ('schema_version', '{\"version\": \"1.4.0\"}')";
    sqlx::raw_sql(sql).execute(&mut conn).await.unwrap();
    let mut config = config("1.4.0", Enforcement::Enforced);
    config.table = VersionTable {
        schema: Some("s.t".into()),
        name: "the settings, v.2".into(),
        key_column: "k\"ey".into(),
        value_column: "va.lue".into(),
        environment_column: None,
    };
    let report = check(&mut conn, &config).await.unwrap();
    assert_eq!(report.verdict, Some(Verdict::Equal));
    config.key = "other".into();
    let error = check(&mut conn, &config).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the database does not say which version its schema has: no row `other` in `\"s.t\".\"the settings, v.2\"`"
    );
}
