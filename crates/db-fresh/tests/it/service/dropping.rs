//! A start whose future is dropped, as Ctrl-C does it.

use db_fresh::{
    migration_core::Progress,
    service::{Event, Phase, Service},
};

use super::support::{USERS, config, connect, database, execute, run, sql, start};

const WAITING: &str =
    "SELECT pid::text FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'advisory'";

#[test]
fn a_start_may_be_dropped_in_a_migration_and_in_front_of_the_lock() {
    run(async {
        let database = database().await;
        let options = database.options();
        let files = [USERS, ("0002_held.sql", "SELECT pg_advisory_xact_lock(4242);")];
        let mut holder = connect(&options).await;
        sql(&mut holder, "SELECT pg_advisory_lock(4242)::text").await;

        let migrating = Service::new(config(options.clone(), &files)).unwrap();
        let in_front = Service::new(config(options.clone(), &files)).unwrap();
        let (told, mut heard) = tokio::sync::mpsc::unbounded_channel();
        let mut listen = |event| {
            if matches!(event, Event::Migration(Progress::Waiting { .. })) {
                told.send(()).unwrap();
            }
        };
        let mut silent = |_| ();
        tokio::select! {
            ended = migrating.start(&mut silent) => panic!("{ended:?}"),
            () = async {
                while sql(&mut holder, WAITING).await.is_empty() {}
                tokio::select! {
                    ended = in_front.start(&mut listen) => panic!("{ended:?}"),
                    waits = heard.recv() => waits.unwrap(),
                }
                assert_eq!(migrating.status().phase, Phase::Migrating);
            } => {}
        }
        for service in [&migrating, &in_front] {
            assert_eq!(service.status().phase, Phase::NotStarted);
        }
        // The server undoes what was not committed, and the next start continues.
        while !sql(&mut holder, WAITING).await.is_empty() {}
        sql(&mut holder, "SELECT pg_advisory_unlock(4242)::text").await;
        start(config(options.clone(), &files)).await.unwrap();
        let rows = execute(&options, "SELECT filename FROM schema_migrations ORDER BY id").await;
        assert_eq!(rows, files.map(|(file, _)| file));
    });
}
