//! The same questions to every provider. The answers are the table in the README, which is compared with them.

use ephemeral_postgres::{Certificate, Choice, Config, Listen, Server, acquire};
use sqlx::{Connection, Executor, PgConnection, postgres::PgSslMode};

use crate::support::acquire_or_skip;

/// The rows of the table, in its order.
const QUESTIONS: [&str; 7] = [
    "concurrent sessions",
    "extensions",
    "`CREATE INDEX CONCURRENTLY`",
    "roles",
    "version is told",
    "`CREATE DATABASE … TEMPLATE`",
    "TLS",
];

async fn answers(server: &Server) -> Vec<(&'static str, Result<(), String>)> {
    let database = server.create_database("table").await.unwrap();
    let options = database.options().clone();
    let connect = async || PgConnection::connect_with(&options).await;
    let sessions = async {
        let mut open = Vec::new();
        for _ in 0..20 {
            open.push(connect().await?);
        }
        let count: i64 =
            sqlx::query_scalar("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
                .fetch_one(&mut open[0])
                .await?;
        if count >= 20 {
            Ok(())
        } else {
            Err(sqlx::Error::RowNotFound)
        }
    };
    let role = format!("table_{}", database.name());
    let roles = async {
        let mut connection = connect().await?;
        let make = format!(
            "CREATE ROLE {role} LOGIN; GRANT CONNECT ON DATABASE {} TO {role}",
            database.name()
        );
        connection.execute(sqlx::AssertSqlSafe(make)).await?;
        let become_it = format!("SET ROLE {role}; SELECT 1");
        connection.execute(sqlx::AssertSqlSafe(become_it)).await?;
        let gone = format!(
            "RESET ROLE; REVOKE ALL ON DATABASE {} FROM {role}; DROP ROLE {role}",
            database.name()
        );
        connection.execute(sqlx::AssertSqlSafe(gone)).await.map(|_| ())
    };
    let run = async |sql: &'static [&'static str]| {
        let mut connection = connect().await?;
        for statement in sql {
            connection.execute(*statement).await?;
        }
        connection.close().await
    };
    let template = async {
        let mut admin = PgConnection::connect_with(server.options()).await?;
        let copy = format!("{}_copy", database.name());
        let make = format!("CREATE DATABASE {copy} TEMPLATE {}", database.name());
        admin.execute(sqlx::AssertSqlSafe(make)).await?;
        admin
            .execute(sqlx::AssertSqlSafe(format!("DROP DATABASE {copy}")))
            .await
            .map(|_| ())
    };
    let tls = async {
        let required = server.options().clone().ssl_mode(PgSslMode::Require);
        PgConnection::connect_with(&required).await?.close().await
    };
    let told = |answer: Result<(), sqlx::Error>| answer.map_err(|error| error.to_string());
    let given = vec![
        told(sessions.await),
        told(run(&["CREATE EXTENSION citext", "CREATE EXTENSION pgcrypto"]).await),
        told(run(&["CREATE TABLE t (id int)", "CREATE INDEX CONCURRENTLY i ON t (id)"]).await),
        told(roles.await),
        version(server),
        told(template.await),
        told(tls.await),
    ];
    database.drop_now().await.unwrap();
    QUESTIONS.into_iter().zip(given).collect()
}

fn version(server: &Server) -> Result<(), String> {
    let major = server
        .version()
        .split('.')
        .next()
        .and_then(|major| major.parse::<u32>().ok());
    if major.is_some_and(|major| major >= 10) {
        Ok(())
    } else {
        Err(server.version().to_owned())
    }
}

/// The column of the table in the README: what it says to each question.
fn column(provider: &str) -> Vec<(String, bool)> {
    let readme = include_str!("../../README.md");
    let mut lines = readme
        .lines()
        .skip_while(|line| !line.starts_with("| what works |"));
    let heads: Vec<_> = lines.next().unwrap().split('|').map(str::trim).collect();
    let column = heads.iter().position(|head| *head == provider).unwrap();
    let rows = lines.skip(1).take_while(|line| line.starts_with('|'));
    let row = |line: &str| {
        let cells: Vec<_> = line.split('|').map(str::trim).collect();
        (cells[1].to_owned(), cells[column] == "yes")
    };
    rows.map(row).collect()
}

async fn compare(provider: &str, server: &Server) {
    let found = answers(server).await;
    let expected = column(provider);
    let seen: Vec<_> = found
        .iter()
        .map(|(question, answer)| ((*question).to_owned(), answer.is_ok()))
        .collect();
    assert_eq!(seen, expected, "{provider} {}: {found:?}", server.version());
}

fn config() -> Config {
    Config::from_variables(&|name| std::env::var_os(name))
}

/// With what TLS takes, where the caller can give it.
fn with_tls(certificate: &Certificate) -> Config {
    Config {
        listen: Listen::LOOPBACK,
        settings: certificate.settings(),
        ..config()
    }
}

#[tokio::test]
async fn what_works_with_local() {
    let certificate = Certificate::self_signed().await.unwrap();
    let server = acquire(&Choice::Local, &with_tls(&certificate)).await.unwrap();
    compare("local", &server).await;
    server.stop().await;
}

#[tokio::test]
async fn what_works_with_server() {
    let certificate = Certificate::self_signed().await.unwrap();
    let host = acquire(&Choice::Local, &with_tls(&certificate)).await.unwrap();
    let server = acquire(&Choice::Server(host.url()), &config()).await.unwrap();
    compare("server", &server).await;
    server.stop().await;
    host.stop().await;
}

#[tokio::test]
async fn what_works_with_embedded() {
    let certificate = Certificate::self_signed().await.unwrap();
    if let Some(server) = acquire_or_skip(&Choice::Embedded, &with_tls(&certificate), "npm").await {
        compare("embedded", &server).await;
        server.stop().await;
    }
}

#[cfg(feature = "docker")]
mod docker {
    use super::*;

    #[tokio::test]
    async fn what_works_with_docker() {
        if let Some(server) = acquire_or_skip(&Choice::Docker, &config(), "docker").await {
            compare("docker", &server).await;
            server.stop().await;
        }
    }
}
