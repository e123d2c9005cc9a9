//! The provider `server`: scratch databases on a server that already runs.
//!
//! Each database belongs to the process that created it; databases of processes that have ended are dropped by the next one that
//! connects.
//!
//! Out of scope: any use of the database that the URL names, beyond connecting through it.

use diagnostic::RedactedUrl;
use sqlx::{Connection, PgConnection, postgres::PgConnectOptions};
use tokio::sync::Mutex;

use super::Started;
use crate::{
    Error,
    databases::{Database, Registration, create_as, drop_abandoned, register},
    name,
};

/// The names of all scratch databases start with it. Nothing else is ever dropped.
const PREFIX: &str = "db_fresh_scratch_";

/// A server that already runs, and the connection that marks our databases on it as in use.
#[derive(Debug)]
pub(crate) struct ExistingServer {
    connection: Mutex<PgConnection>,
    token: String,
}

/// Connects, and drops the scratch databases that other processes left.
pub(crate) async fn connect(url: &RedactedUrl) -> Result<Started<ExistingServer>, Error> {
    let options: PgConnectOptions = url
        .expose()
        .as_str()
        .parse()
        .map_err(|source| Error::Url { source })?;
    let failed = || Error::sql("connect to the server");
    let mut connection = PgConnection::connect_with(&options).await.map_err(failed())?;
    let Registration {
        token,
        version,
        abandoned,
    } = register(&mut connection, PREFIX).await?;
    drop_abandoned(&mut connection, &abandoned).await;
    Ok(Started {
        server: ExistingServer {
            connection: Mutex::new(connection),
            token,
        },
        options,
        version,
    })
}

impl ExistingServer {
    /// Creates an empty database that this process owns.
    pub(crate) async fn create_database(
        &self,
        options: &PgConnectOptions,
        hint: &str,
    ) -> Result<Database, Error> {
        let name = name::numbered(&format!("{PREFIX}{}_{}", name::plain(hint), self.token));
        create_as(&mut *self.connection.lock().await, &name).await?;
        Ok(Database::new(name, options))
    }

    /// Closes the connection. The server ends the session, and with it the locks, even where the last message is lost.
    pub(crate) async fn disconnect(self) {
        let _ = self.connection.into_inner().close().await;
    }
}
