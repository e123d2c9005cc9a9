//! The provider `server`: scratch databases on a server that already runs.
//!
//! Each database belongs to the process that created it; databases of processes that have ended are dropped by the next one that
//! connects.
//!
//! Out of scope: any use of the database that the URL names, beyond connecting through it.

use std::sync::Arc;

use diagnostic::RedactedUrl;
use sqlx::{Connection, postgres::PgConnectOptions};
use tokio::sync::Mutex;

use super::Started;
use crate::{
    Error,
    databases::{Database, Registration, connect_to_administer, create_as, drop_abandoned, register},
    leaving::{self, Session},
    name,
    runtime::join,
};

/// The names of all scratch databases start with it. Nothing else is ever dropped.
const PREFIX: &str = "db_fresh_scratch_";

/// A server that already runs, and the connection that marks our databases on it as in use.
#[derive(Debug)]
pub(crate) struct ExistingServer {
    session: Session,
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
    let mut connection = connect_to_administer(&options).await.map_err(failed())?;
    let Registration {
        token,
        version,
        abandoned,
    } = register(&mut connection, PREFIX).await?;
    drop_abandoned(&mut connection, &abandoned).await;
    Ok(Started {
        server: ExistingServer {
            session: Arc::new(Mutex::new(Some(connection))),
            token,
        },
        options,
        version,
    })
}

impl ExistingServer {
    /// Creates an empty database that this process owns. Where the caller stops waiting it is created all the same, and
    /// [`leaving`] drops it.
    pub(crate) async fn create_database(
        &self,
        options: &PgConnectOptions,
        hint: &str,
    ) -> Result<Database, Error> {
        let name = name::numbered(&format!("{PREFIX}{}_{}", name::plain(hint), self.token));
        leaving::database(&name, &self.session);
        let (session, created) = (Arc::clone(&self.session), name.clone());
        let creating = tokio::spawn(async move {
            match session.lock().await.as_mut() {
                Some(connection) => create_as(connection, &created).await,
                None => Err(Error::Interrupted),
            }
        });
        join(creating).await?.inspect_err(|_| leaving::forget(&name))?;
        Ok(Database::new(name, options))
    }

    /// The databases of this process stay.
    pub(crate) fn keep(&self) {
        leaving::forget_all(&self.token);
    }

    /// Closes the connection. The server ends the session, and with it the locks, even where the last message is lost.
    pub(crate) async fn disconnect(self) {
        if let Some(connection) = self.session.lock().await.take() {
            let _ = connection.close().await;
        }
    }
}
