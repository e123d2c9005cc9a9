//! Every reason to refuse a database, and that the way out which is shown is one.

use diagnostic::{Explain, Paint, render_all};
use ephemeral_postgres::{TestDatabase, TestServer};
use preflight::{DatabaseNeeds, Error, Failure, check_database};
use sqlx::{AssertSqlSafe, ConnectOptions, PgConnection};

async fn database() -> TestDatabase {
    let server = TestServer::shared(|name| std::env::var_os(name)).await.unwrap();
    server.database().await.unwrap()
}

async fn execute(conn: &mut PgConnection, sql: &str) {
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned()))
        .execute(conn)
        .await
        .unwrap();
}

/// A role without any right, which lives as long as the database's server: roles belong to no database.
async fn outsider(conn: &mut PgConnection, name: &str) {
    execute(conn, &format!("DROP ROLE IF EXISTS {name}")).await;
    execute(
        conn,
        &format!("CREATE ROLE {name}; REVOKE CREATE ON SCHEMA public FROM PUBLIC"),
    )
    .await;
}

fn failures(result: Result<preflight::Fit, Error>) -> Vec<Failure> {
    match result {
        Err(Error::Refused { failures }) => failures,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn the_grants_that_are_shown_are_those_that_help() {
    let database = database().await;
    let (mut owner, mut conn) = (
        database.connect().await.unwrap(),
        database.connect().await.unwrap(),
    );
    outsider(&mut owner, "preflight_grants").await;
    execute(
        &mut owner,
        "CREATE SCHEMA closed; CREATE TABLE closed.ledger (id int); \
         CREATE SCHEMA \"a.b\"; CREATE TABLE \"a.b\".\"c.d\" (id int); GRANT SELECT ON \"a.b\".\"c.d\" TO preflight_grants"
    )
    .await;
    execute(&mut conn, "SET ROLE preflight_grants").await;
    let needs = DatabaseNeeds {
        schemas: ["public", "closed", "to_come", "a.b"].map(str::to_owned).to_vec(),
        tables: [("closed", "ledger"), ("closed", "not_there_yet"), ("a.b", "c.d")]
            .map(|(schema, name)| (schema.to_owned(), name.to_owned()))
            .to_vec(),
        ..DatabaseNeeds::default()
    };
    let first = check_database(&mut conn, &needs).await;
    let report = render_all(&first.as_ref().unwrap_err().diagnostics(), Paint::Plain);
    let name = report
        .lines()
        .next()
        .unwrap()
        .rsplit('`')
        .nth(1)
        .unwrap()
        .to_owned();
    insta::assert_snapshot!(report.replace(&name, "test"));
    for failure in failures(first) {
        let Failure::MissingRight { role, right } = failure else {
            panic!("{failure}")
        };
        execute(&mut owner, &right.grant_to(&role)).await;
    }
    let fit = check_database(&mut conn, &needs).await.unwrap();
    assert_eq!((fit.role.as_str(), fit.advice()), ("preflight_grants", None));
    execute(
        &mut conn,
        "CREATE TABLE public.made (id int); CREATE SCHEMA to_come; INSERT INTO closed.ledger VALUES (1); INSERT INTO \"a.b\".\"c.d\" VALUES (1)",
    )
    .await;
    execute(
        &mut owner,
        "DROP OWNED BY preflight_grants; DROP ROLE preflight_grants",
    )
    .await;
}

#[tokio::test]
async fn more_rights_than_needed_are_no_failure_but_are_said() {
    let database = database().await;
    let mut conn = database.connect().await.unwrap();
    let fit = check_database(&mut conn, &DatabaseNeeds::default())
        .await
        .unwrap();
    assert!(fit.more_than_needed.contains(&"SUPERUSER"), "{fit:?}");
    assert!(fit.advice().unwrap().contains("SUPERUSER"));
}

#[tokio::test]
async fn a_database_that_takes_no_writes_is_refused() {
    let database = database().await;
    let mut conn = database.connect().await.unwrap();
    execute(&mut conn, "SET default_transaction_read_only = on").await;
    let found = failures(check_database(&mut conn, &DatabaseNeeds::default()).await);
    assert!(
        matches!(found.as_slice(), [Failure::ReadOnly { .. }]),
        "{found:?}"
    );
}

#[tokio::test]
async fn another_encoding_and_an_old_server_are_refused_in_one_report() {
    let database = database().await;
    let mut owner = database.connect().await.unwrap();
    let name = format!("preflight_ascii_{}", std::process::id());
    execute(
        &mut owner,
        &format!("CREATE DATABASE {name} ENCODING 'SQL_ASCII' LOCALE 'C' TEMPLATE template0"),
    )
    .await;
    let mut conn = database.options().database(&name).connect().await.unwrap();
    let needs = DatabaseNeeds {
        oldest_server: 99,
        ..DatabaseNeeds::default()
    };
    let found = failures(check_database(&mut conn, &needs).await);
    let codes: Vec<_> = found.iter().map(Explain::code).collect();
    assert_eq!(codes, ["preflight/old-server", "preflight/encoding"]);
    drop(conn);
    execute(&mut owner, &format!("DROP DATABASE {name} WITH (FORCE)")).await;
}
