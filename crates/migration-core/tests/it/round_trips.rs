//! Round trips, counted at the protocol: how often the server says that it is ready for more, the start of each connection
//! included.

use std::{sync::Arc, time::Duration};

use migration_core::{Config, Migrations, apply};

use crate::{
    proxy::Proxy,
    support::{database, run, set},
};

fn many(count: usize) -> Migrations {
    let files: Vec<_> = (1..=count)
        .map(|number| {
            (
                format!("{number}_t.sql"),
                format!("CREATE TABLE t{number} (id int PRIMARY KEY, name text NOT NULL)"),
            )
        })
        .collect();
    let files: Vec<_> = files
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_str()))
        .collect();
    set(&files)
}

async fn trips(sets: &[Migrations], times: usize) -> usize {
    let database = database().await;
    let options = database.options();
    for _ in 1..times {
        run(&options, sets).await.unwrap();
    }
    let proxy = Proxy::start(&options, None, Arc::new(|_| {})).await;
    // On a busy machine a message may take long enough for somebody to look what it waits for. That is not what is counted.
    let config = Config {
        look_every: Duration::from_secs(3600),
        ..Config::default()
    };
    apply(&proxy.options(&options), sets, &config, &mut |_| {})
        .await
        .unwrap();
    proxy.round_trips()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nineteen_files_take_six_at_most() {
    assert!(trips(&[many(19)], 1).await <= 6);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_files_take_twenty_at_most() {
    let trips = trips(&[many(1000)], 1).await;
    assert!(trips <= 20, "{trips}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_to_do_takes_one_after_connecting() {
    assert_eq!(trips(&[many(19)], 2).await, 1 + 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_to_do_takes_two_where_a_migration_ran_in_steps() {
    let concurrent = set(&[
        ("1_t.sql", "CREATE TABLE t (id int)"),
        ("2_i.sql", "CREATE INDEX CONCURRENTLY ON t (id)"),
    ]);
    assert_eq!(trips(&[concurrent], 2).await, 1 + 2);
}
