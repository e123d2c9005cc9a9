//! The crash matrix on the way down: the connection ends at every message of a roll-back, before it, during it and after it, and the
//! next roll-back brings everything to where an uninterrupted one would have.

use std::sync::Arc;

use ephemeral_postgres::TestDatabase;
use migration_core::{Config, Error, Migrations, RollbackReport, Sessions, Target, rollback};
use sqlx::postgres::PgConnectOptions;

use crate::{
    proxy::{Cut, Proxy, When},
    support::{database, run, set, state},
};

/// Down scripts in a transaction and in steps of every kind, with statements that show when they run twice or not at all.
const FILES: [(&str, &str); 7] = [
    (
        "1_tables.sql",
        "CREATE TABLE a (id int, n int NOT NULL);\nINSERT INTO a SELECT g, 0 FROM generate_series(1, 20) AS g;\nCREATE TABLE log (what text);",
    ),
    ("2_column.up.sql", "ALTER TABLE a ADD x int;"),
    (
        "2_column.down.sql",
        "SET app.x = 'left';\nCREATE TEMP TABLE helper AS SELECT 1;\nUPDATE a SET n = n + 1;\nINSERT INTO log VALUES ('two');\nALTER TABLE a DROP x;",
    ),
    ("3_index.up.sql", "CREATE INDEX CONCURRENTLY a_id ON a (id);"),
    (
        "3_index.down.sql",
        "UPDATE a SET n = n + 10;\nDROP INDEX CONCURRENTLY a_id;\nINSERT INTO log VALUES ('three');\nVACUUM a;\nUPDATE a SET n = n + 100;",
    ),
    ("4_replaced.up.sql", "CREATE INDEX a_n ON a (n);"),
    (
        "4_replaced.down.sql",
        "CREATE INDEX CONCURRENTLY ON a (id, n);\nSET default_transaction_isolation = serializable;\nDROP INDEX CONCURRENTLY a_n;\nBEGIN;\nUPDATE a SET n = n + 1000;\nINSERT INTO log VALUES ('four');\nCOMMIT;",
    ),
];

fn sets() -> [Migrations; 1] {
    [set(&FILES)]
}

async fn applied() -> TestDatabase {
    let database = database().await;
    run(&database.options(), &sets()).await.unwrap();
    database
}

async fn back(options: &PgConnectOptions, sessions: Sessions) -> Result<RollbackReport, Error> {
    let config = Config {
        sessions,
        ..Config::default()
    };
    rollback(options, &sets(), &Target::Reversible, &config, &mut |_| {}).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_connection_at_any_message_of_a_rollback_changes_nothing_in_the_end() {
    let points = every_message(Sessions::Isolated).await;
    eprintln!("lost connections on the way down: {points} points");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_connection_changes_nothing_where_down_scripts_keep_the_session() {
    let points = every_message(Sessions::Kept).await;
    eprintln!("lost connections on the way down, the session kept: {points} points");
}

/// Gives how many points there were.
async fn every_message(sessions: Sessions) -> usize {
    let database = applied().await;
    let proxy = Proxy::start(&database.options(), None, Arc::new(|_| {})).await;
    assert_eq!(
        back(&proxy.options(&database.options()), sessions)
            .await
            .unwrap()
            .undone
            .len(),
        3
    );
    let (messages, expected) = (proxy.messages(), state(&database.options()).await);
    let mut points = 0;
    for message in 1..=messages {
        for when in [When::Before, When::During, When::After] {
            let cut = Cut { message, when };
            let database = applied().await;
            let options = database.options();
            let proxy = Proxy::start(&options, Some(cut), Arc::new(|_| {})).await;
            let ended = back(&proxy.options(&options), sessions).await;
            assert!(proxy.is_over(), "{cut:?} was reached");
            if let Err(error) = ended {
                let is_lost = matches!(
                    error,
                    Error::Lost { .. } | Error::Server { .. } | Error::Connect(_)
                );
                assert!(is_lost, "{cut:?}: {error:?}");
            }
            back(&options, sessions)
                .await
                .unwrap_or_else(|error| panic!("{cut:?}: {error:?}"));
            assert_eq!(state(&options).await, expected, "{cut:?}");
            points += 1;
        }
    }
    points
}
