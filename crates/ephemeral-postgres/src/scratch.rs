//! Scratch databases on a server that somebody else runs.
//!
//! Each belongs to a process that holds an advisory lock named after it, so that a process which died is told from one that is
//! alive without asking the operating system, from any machine. What the dead left behind is dropped by the next who comes.
//!
//! Left out on purpose: any use of the database that the URL names, beyond connecting through it.

use std::time::Instant;

use diagnostic::RedactedUrl;
use sqlx::{Connection, Executor, PgConnection, Row, postgres::PgConnectOptions};
use tokio::sync::Mutex;

use crate::{Database, Error, Server, database::create_as, name, server::Kind};

/// Every scratch database is called so, and nothing else is ever dropped.
const PREFIX: &str = "db_fresh_scratch_";

/// The first half of the advisory lock's key; the second is the hash of the database's name.
const LOCK: i32 = 0x00db_f5e5;

/// The connection whose life is the proof that the databases made through it are in use.
#[derive(Debug)]
pub(crate) struct Scratch {
    alive: Mutex<PgConnection>,
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
    let row = connection
        .fetch_one("SHOW server_version")
        .await
        .map_err(failed())?;
    let version: String = row.try_get(0).map_err(failed())?;
    sweep(&mut connection).await?;
    Ok(Server {
        kind: Kind::Scratch(Box::new(Scratch {
            alive: Mutex::new(connection),
        })),
        options,
        version: version.split(' ').next().unwrap_or_default().to_owned(),
        ready_after: started.elapsed(),
        passed_over: Vec::new(),
    })
}

impl Scratch {
    /// Takes the lock first: between the two another process must not think that the owner is dead.
    pub(crate) async fn create_database(
        &self,
        options: &PgConnectOptions,
        hint: &str,
    ) -> Result<Database, Error> {
        let name = format!("{PREFIX}{}_{}", name::plain(hint), name::unique());
        let mut alive = self.alive.lock().await;
        let lock = sqlx::query("SELECT pg_advisory_lock($1, hashtext($2))")
            .bind(LOCK)
            .bind(&name);
        lock.execute(&mut *alive)
            .await
            .map_err(Error::sql("claim a scratch database"))?;
        create_as(&mut alive, &name).await?;
        Ok(Database::new(name, options))
    }

    pub(crate) async fn leave(self) {
        // The server closes the session, and with it the locks, even when the farewell is lost.
        let _ = self.alive.into_inner().close().await;
    }
}

/// Drops the scratch databases whose owners are gone.
async fn sweep(connection: &mut PgConnection) -> Result<(), Error> {
    let failed = || Error::sql("look for scratch databases that a crash left behind");
    let orphans = sqlx::query(
        "SELECT datname FROM pg_catalog.pg_database AS d
         WHERE starts_with(datname, $1) AND NOT EXISTS (
             SELECT FROM pg_catalog.pg_locks AS l
             WHERE l.locktype = 'advisory' AND l.classid::bigint = $2::bigint
               AND l.objid::bigint = (hashtext(d.datname::text)::bigint & 4294967295))
           AND NOT EXISTS (SELECT FROM pg_catalog.pg_stat_activity AS a WHERE a.datid = d.oid)",
    );
    let rows = orphans
        .bind(PREFIX)
        .bind(LOCK)
        .fetch_all(&mut *connection)
        .await
        .map_err(failed())?;
    for row in rows {
        let name: String = row.try_get(0).map_err(failed())?;
        // Another process may sweep at the same moment, and a database may belong to another role: neither is a failure.
        let _ = connection
            .execute(sqlx::AssertSqlSafe(format!("DROP DATABASE IF EXISTS \"{name}\"")))
            .await;
    }
    Ok(())
}
