//! A private server on a port: for programs that know no sockets, and for TLS.

use std::{net::TcpListener, ops::RangeInclusive};

use ephemeral_postgres::{Certificate, Choice, Error, Listen, acquire};
use sqlx::postgres::{PgConnectOptions, PgSslMode};

use crate::support::{Place, ask};

/// Two neighbouring ports, of which somebody has the first.
fn half_taken() -> (TcpListener, RangeInclusive<u16>) {
    let pair = |first: u16| {
        let taken = TcpListener::bind(("127.0.0.1", first)).ok()?;
        TcpListener::bind(("127.0.0.1", first + 1)).ok()?;
        Some((taken, first..=first + 1))
    };
    // Other tests, and other processes, look elsewhere.
    let start = 10_000 + u16::try_from(std::process::id() % 400).unwrap() * 10;
    (start..14_990).find_map(pair).expect("two free ports")
}

#[tokio::test]
async fn a_port_that_somebody_has_is_passed_over_for_the_next() {
    let mut place = Place::new();
    let (taken, ports) = half_taken();
    place.config.listen = Listen::Loopback(ports.clone());
    // Wherever it begins, it ends at the one that is free.
    for _ in 0..4 {
        let server = acquire(&Choice::Local, &place.config).await.unwrap();
        assert_eq!(server.options().get_host(), "127.0.0.1");
        assert_eq!(server.options().get_port(), *ports.end());
        let url: PgConnectOptions = server.url().expose().as_str().parse().unwrap();
        ask(&url, "SHOW server_version").await.unwrap();
        server.stop().await;
    }
    let second = TcpListener::bind(("127.0.0.1", *ports.end())).unwrap();
    let full = acquire(&Choice::Local, &place.config).await.unwrap_err();
    assert!(
        matches!(&full, Error::Ended { log } if log.contains("could not create any TCP/IP sockets")),
        "{full:?}"
    );
    drop((taken, second));
    place.is_left_clean().await;
}

#[tokio::test]
async fn many_servers_that_start_at_once_all_get_a_port() {
    let mut place = Place::new();
    let first = half_taken().1.end() + 1;
    place.config.listen = Listen::Loopback(first..=first + 5);
    let starting = (0..4).map(|_| {
        let config = place.config.clone();
        tokio::spawn(async move { acquire(&Choice::Local, &config).await.unwrap() })
    });
    let mut servers = Vec::new();
    for server in starting.collect::<Vec<_>>() {
        servers.push(server.await.unwrap());
    }
    let mut ports: Vec<_> = servers.iter().map(|server| server.options().get_port()).collect();
    ports.sort_unstable();
    ports.dedup();
    assert_eq!(ports.len(), 4, "{ports:?}");
    for server in servers {
        ask(server.options(), "SHOW server_version").await.unwrap();
        server.stop().await;
    }
}

#[tokio::test]
async fn nobody_without_the_password_gets_in_by_the_port() {
    let mut place = Place::new();
    place.config.listen = Listen::LOOPBACK;
    let server = acquire(&Choice::Local, &place.config).await.unwrap();
    let stranger = server.options().clone().password("guess");
    let refused = ask(&stranger, "SHOW server_version").await.unwrap_err();
    assert!(refused.to_string().contains("password"), "{refused}");
    ask(server.options(), "SHOW server_version").await.unwrap();
    server.stop().await;
}

#[tokio::test]
async fn with_a_certificate_the_port_speaks_tls_and_without_one_it_does_not() {
    let mut place = Place::new();
    place.config.listen = Listen::LOOPBACK;
    let plain = acquire(&Choice::Local, &place.config).await.unwrap();
    let required = plain.options().clone().ssl_mode(PgSslMode::Require);
    ask(&required, "SHOW server_version").await.unwrap_err();
    plain.stop().await;

    let certificate = Certificate::self_signed().await.unwrap();
    place.config.settings = certificate.settings();
    let server = acquire(&Choice::Local, &place.config).await.unwrap();
    let required = server.options().clone().ssl_mode(PgSslMode::Require);
    let question = "SELECT version FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
    assert!(ask(&required, question).await.unwrap().starts_with("TLSv1."));
    server.stop().await;
}
