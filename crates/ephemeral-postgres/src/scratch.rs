//! Scratch databases on a server that somebody else runs.
//!
//! Each belongs to a process that holds a [`claim`] on it; what the dead left behind is dropped by the next who comes.
//!
//! Left out on purpose: any use of the database that the URL names, beyond connecting through it.

use std::time::Instant;

use diagnostic::RedactedUrl;
use sqlx::{Connection, PgConnection, postgres::PgConnectOptions};
use tokio::sync::Mutex;

use crate::{
    Database, Error, Server,
    claim::{self, Claim},
    database::create_as,
    name,
    server::Kind,
};

/// Every scratch database is called so, and nothing else is ever dropped.
const PREFIX: &str = "db_fresh_scratch_";

/// The connection whose life is the proof that the databases made through it are in use.
#[derive(Debug)]
pub(crate) struct Scratch {
    alive: Mutex<PgConnection>,
    token: String,
}

/// Connects and sweeps.
pub(crate) async fn server(url: &RedactedUrl) -> Result<Server, Error> {
    let started = Instant::now();
    let options: PgConnectOptions = url
        .expose()
        .as_str()
        .parse()
        .map_err(|source| Error::Url { source })?;
    let failed = || Error::sql("connect to the server");
    let mut connection = PgConnection::connect_with(&options).await.map_err(failed())?;
    let Claim {
        token,
        version,
        abandoned,
    } = claim::claim(&mut connection, PREFIX).await?;
    claim::drop_all(&mut connection, &abandoned).await;
    Ok(Server {
        kind: Kind::Scratch(Box::new(Scratch {
            alive: Mutex::new(connection),
            token,
        })),
        options,
        version,
        ready_after: started.elapsed(),
        passed_over: Vec::new(),
    })
}

impl Scratch {
    pub(crate) async fn create_database(
        &self,
        options: &PgConnectOptions,
        hint: &str,
    ) -> Result<Database, Error> {
        let name = claim::database(&format!("{PREFIX}{}_{}", name::plain(hint), self.token));
        create_as(&mut *self.alive.lock().await, &name).await?;
        Ok(Database::new(name, options))
    }

    pub(crate) async fn leave(self) {
        // The server closes the session, and with it the locks, even when the farewell is lost.
        let _ = self.alive.into_inner().close().await;
    }
}
