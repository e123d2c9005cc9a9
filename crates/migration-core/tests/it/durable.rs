//! What a run reports as applied survives a crash of the server right after, though only the last commit of a message waits for
//! the disk.

use ephemeral_postgres::{Choice, Server, acquire};
use migration_core::Migrations;
use sqlx::postgres::PgConnectOptions;

use crate::{
    crash::{answers_again, send_kill},
    support::{ask, run, set},
};

/// Five files; `last` is what the fifth does.
fn five(last: &'static str) -> [Migrations; 1] {
    [set(&[
        ("1_a.sql", "CREATE TABLE a (id int)"),
        ("2_b.sql", "CREATE TABLE b (id int)"),
        ("3_c.sql", "INSERT INTO a VALUES (1)"),
        ("4_d.sql", "CREATE TABLE d (id int)"),
        ("5_e.sql", last),
    ])]
}

/// A server that writes its log to disk for nobody who did not wait for it.
async fn lazy_server() -> Server {
    let config = ephemeral_postgres::Config::from_variables(&|name| std::env::var_os(name));
    let server = acquire(&Choice::Local, &config).await.unwrap();
    let settings = "ALTER SYSTEM SET wal_writer_delay = '10s'";
    crate::support::execute(server.options(), settings).await;
    crate::support::execute(server.options(), "SELECT pg_reload_conf()").await;
    server
}

/// How many migrations are on record when the server is back after a crash that comes right after the run.
async fn left_after_crash(server: &Server, sets: &[Migrations]) -> (usize, usize) {
    let database = server.create_database("durable").await.unwrap();
    // The settings of this server are those of one that may lose everything; the session asks for the usual ones.
    let options: PgConnectOptions = database.options().clone().options([("synchronous_commit", "on")]);
    let reported = match run(&options, sets).await {
        Ok(report) => report.applied.len(),
        Err(migration_core::Error::Sql(failure)) => failure.aftermath.finished_before,
        Err(error) => panic!("{error:?}"),
    };
    let pid = ask(
        &options,
        "SELECT pid::text FROM pg_stat_activity WHERE backend_type = 'checkpointer'",
    )
    .await;
    send_kill(pid[0].parse().unwrap());
    answers_again(server).await;
    let left = ask(&options, "SELECT filename FROM schema_migrations")
        .await
        .len();
    database.drop_now().await.unwrap();
    (reported, left)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_reported_survives_a_crash_of_the_server() {
    let server = lazy_server().await;
    assert_eq!(
        left_after_crash(&server, &five("CREATE TABLE e (id int)")).await,
        (5, 5)
    );
    assert_eq!(left_after_crash(&server, &five("SELECT 1 / 0")).await, (4, 4));
    server.stop().await;
}
