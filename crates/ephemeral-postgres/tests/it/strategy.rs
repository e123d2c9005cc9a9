//! How clones are copied follows from what the server says about itself.

use ephemeral_postgres::{Choice, Server, TemplateKey, TestServer, Unfinished, acquire};
use sqlx::{Connection, Executor, PgConnection};

use crate::support::{Place, acquire_or_skip, ask};

/// A place whose servers log every statement and have these settings.
fn logging(settings: &[(&str, &str)]) -> Place {
    let mut place = Place::new();
    let settings = [("log_statement", "all")].iter().chain(settings);
    place.config.settings = settings
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    place
}

async fn fill(unfinished: Unfinished) -> Result<(), sqlx::Error> {
    let mut connection = PgConnection::connect_with(unfinished.options()).await?;
    connection
        .execute("CREATE TABLE accounts (id int); INSERT INTO accounts VALUES (1)")
        .await?;
    connection.close().await
}

/// The strategy in each statement that copies a template, once a clone was found to be complete.
async fn strategies(server: Server) -> Vec<String> {
    let tests = TestServer::at(server.url().expose().as_str(), 0).await.unwrap();
    let template = tests.template(&TemplateKey::new("strategy"), fill).await.unwrap();
    let clone = template.database().await.unwrap();
    let rows = ask(&clone.options(), "SELECT count(*)::text FROM accounts").await;
    assert_eq!(rows.unwrap(), "1");
    let log = ask(
        server.options(),
        "SELECT pg_read_file(current_setting('data_directory') || '/../log')",
    );
    let log = log.await.unwrap();
    drop(clone);
    server.stop().await;
    let strategy = |line: &str| {
        Some(
            line.split_once("TEMPLATE \"db_fresh_t_")?
                .1
                .split_once('"')?
                .1
                .trim()
                .to_owned(),
        )
    };
    log.lines().filter_map(strategy).collect()
}

async fn local(settings: &[(&str, &str)]) -> Vec<String> {
    let place = logging(settings);
    strategies(acquire(&Choice::Local, &place.config).await.unwrap()).await
}

#[tokio::test]
async fn without_fsync_the_files_are_copied() {
    assert_eq!(local(&[]).await, ["STRATEGY FILE_COPY"]);
}

#[tokio::test]
async fn with_fsync_a_clone_goes_through_the_wal() {
    assert_eq!(local(&[("fsync", "on")]).await, ["STRATEGY WAL_LOG"]);
}

#[tokio::test]
async fn with_fsync_files_are_copied_where_the_server_clones_them() {
    let place = logging(&[("fsync", "on"), ("file_copy_method", "clone")]);
    let Some(server) = acquire_or_skip(&Choice::Embedded, &place.config, "npm").await else {
        return;
    };
    assert_eq!(strategies(server).await, ["STRATEGY FILE_COPY"]);
}
