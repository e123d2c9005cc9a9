//! TLS to a server on a port: it works, and nothing waits for an acknowledgement that comes 40 ms later.

use std::time::{Duration, Instant};

use ephemeral_postgres::{Certificate, Choice, Listen, acquire};
use migration_core::{Config, Error, Runner};
use sqlx::{
    Connection, PgConnection,
    postgres::{PgConnectOptions, PgSslMode},
};

use crate::support::{ask, run, set};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn migrations_run_over_tls_without_waiting_for_acknowledgements() {
    let certificate = Certificate::self_signed().await.unwrap();
    let mut config = ephemeral_postgres::Config::from_variables(&|name| std::env::var_os(name));
    config.listen = Listen::LOOPBACK;
    config.settings = certificate.settings();
    let server = acquire(&Choice::Local, &config).await.unwrap();
    let options: PgConnectOptions = server.options().clone().ssl_mode(PgSslMode::Require);
    let encrypted = "CREATE TABLE seen AS SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
    let sets = [set(&[
        ("1_a.sql", encrypted),
        ("2_b.sql", "CREATE TABLE b (id int)"),
    ])];
    assert_eq!(run(&options, &sets).await.unwrap().applied.len(), 2);
    assert_eq!(ask(&options, "SELECT ssl::text FROM seen").await, ["true"]);

    // Two such waits are in the driver's own handshake. A busy machine may be slow at any attempt, and is not at all.
    let (mut ours, mut the_drivers) = (Duration::MAX, Duration::MAX);
    for _ in 0..10 {
        let started = Instant::now();
        let runner = Runner::connect(&options, &Config::default()).await.unwrap();
        ours = ours.min(started.elapsed());
        runner.close().await;
        let started = Instant::now();
        let connection = PgConnection::connect_with(&options).await.unwrap();
        the_drivers = the_drivers.min(started.elapsed());
        connection.close().await.unwrap();
    }
    let saved = the_drivers.saturating_sub(ours);
    assert!(
        saved > Duration::from_millis(40),
        "{ours:?} beside {the_drivers:?}: does the driver send at once by now, so that `prompt.rs` can go?"
    );

    let wrong = options.clone().password("guess");
    let error = Runner::connect(&wrong, &Config::default()).await.unwrap_err();
    assert!(
        matches!(&error, Error::Connect(sqlx::Error::Database(_))),
        "{error:?}"
    );
    server.stop().await;
    let error = Runner::connect(&options, &Config::default()).await.unwrap_err();
    assert!(matches!(&error, Error::Connect(sqlx::Error::Io(_))), "{error:?}");
}
