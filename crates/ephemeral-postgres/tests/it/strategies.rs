//! The first clones of a template are made in every way that may be the quickest on the server.

use std::{collections::BTreeSet, time::Duration};

use ephemeral_postgres::{Choice, Server, TemplateKey, TestServer, Unfinished};
use sqlx::{Connection, Executor, PgConnection};

use crate::support::{Place, acquire_or_skip, ask};

/// A place whose servers write down every statement.
fn telling() -> Place {
    let mut place = Place::new();
    place.config.settings = vec![("log_statement".into(), "all".into())];
    place
}

async fn fill(unfinished: Unfinished) -> Result<(), sqlx::Error> {
    let mut connection = PgConnection::connect_with(unfinished.options()).await?;
    connection
        .execute("CREATE TABLE accounts (id int); INSERT INTO accounts VALUES (1)")
        .await?;
    connection.close().await
}

/// What the server was told about copying, once eight clones are there and each was found to be whole.
async fn told(server: &Server) -> BTreeSet<String> {
    let tests = TestServer::at(server.url().expose().as_str(), 8).await.unwrap();
    let template = tests.template(&TemplateKey::new("told"), fill).await.unwrap();
    let deadline = tokio::time::Instant::now() + Duration::from_secs(30);
    let mut databases = Vec::new();
    while databases.len() < 8 {
        assert!(tokio::time::Instant::now() < deadline);
        if template.ready() > 0 {
            databases.push(template.database().await.unwrap());
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    for database in &databases {
        assert_eq!(
            ask(&database.options(), "SELECT count(*)::text FROM accounts")
                .await
                .unwrap(),
            "1"
        );
    }
    let log = ask(
        server.options(),
        "SELECT pg_read_file(current_setting('data_directory') || '/../log')",
    );
    let of_interest = |line: &str| {
        let start = line
            .find("STRATEGY ")
            .or_else(|| line.find("SET file_copy_method"))?;
        Some(line[start..].trim().to_owned())
    };
    log.await.unwrap().lines().filter_map(of_interest).collect()
}

#[tokio::test]
async fn where_nothing_is_synced_files_are_copied() {
    let place = telling();
    let server = place.start().await;
    let told = told(&server).await;
    assert!(told.contains("STRATEGY FILE_COPY"), "{told:?}");
    assert!(!told.contains("STRATEGY WAL_LOG"), "{told:?}");
    server.stop().await;
}

#[tokio::test]
async fn where_everything_is_synced_the_log_and_the_files_are_both_tried() {
    let mut place = telling();
    place.config.settings.push(("fsync".into(), "on".into()));
    let server = place.start().await;
    let told = told(&server).await;
    for way in ["STRATEGY FILE_COPY", "STRATEGY WAL_LOG"] {
        assert!(told.contains(way), "{told:?}");
    }
    server.stop().await;
}

#[tokio::test]
async fn from_18_on_the_system_may_copy_the_files() {
    let place = telling();
    let Some(server) = acquire_or_skip(&Choice::Embedded, &place.config, "npm").await else {
        return;
    };
    let told = told(&server).await;
    for way in ["SET file_copy_method = clone", "STRATEGY FILE_COPY"] {
        assert!(told.contains(way), "{told:?}");
    }
    server.stop().await;
}
