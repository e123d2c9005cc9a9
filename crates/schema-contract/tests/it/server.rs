//! A database for each test, on one server for the whole binary.

use std::sync::atomic::{AtomicU32, Ordering};

use sqlx::{AssertSqlSafe, Connection, PgConnection};

/// An empty database.
pub(crate) struct Database {
    url: String,
}

/// Makes an empty database.
pub(crate) async fn database() -> Database {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let server = std::env::var("SC_URL").expect(
        "SC_URL names the server: `SC_URL='postgres:///{}' cargo test`, a database's name goes to the braces",
    );
    let name = format!(
        "schema_contract_{}_{}",
        std::process::id(),
        NEXT.fetch_add(1, Ordering::Relaxed)
    );
    let mut conn = PgConnection::connect(&server.replace("{}", "postgres"))
        .await
        .unwrap();
    let create = format!("CREATE DATABASE {name}");
    sqlx::raw_sql(AssertSqlSafe(create))
        .execute(&mut conn)
        .await
        .unwrap();
    Database {
        url: server.replace("{}", &name),
    }
}

impl Database {
    /// A connection to it, as a superuser.
    pub(crate) async fn connect(&self) -> PgConnection {
        PgConnection::connect(&self.url).await.unwrap()
    }
}
