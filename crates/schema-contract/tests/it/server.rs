//! A database for each test, on one server for the whole binary.

use ephemeral_postgres::{TestDatabase, TestServer};
use sqlx::PgConnection;

/// An empty database that is dropped with the value.
pub(crate) struct Database(TestDatabase);

/// Makes an empty database.
pub(crate) async fn database() -> Database {
    let server = TestServer::shared(|name| std::env::var_os(name)).await.unwrap();
    Database(server.database().await.unwrap())
}

impl Database {
    /// A connection to it, as a superuser.
    pub(crate) async fn connect(&self) -> PgConnection {
        self.0.connect().await.unwrap()
    }

    /// Its URL, for programs that a test starts.
    pub(crate) fn url(&self) -> String {
        self.0.url()
    }
}
