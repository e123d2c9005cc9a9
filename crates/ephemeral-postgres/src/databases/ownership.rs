//! Which process owns a database on a server that others use too, and whether that process still runs.
//!
//! A database's name ends with a token of its owner's and a number. As long as the owner runs it holds a shared advisory lock named
//! after the token, so that any process on any machine can tell without asking the operating system. Databases whose owner has ended are
//! dropped by the next process that registers.

use sqlx::{Connection, Executor, PgConnection, Row, postgres::PgConnectOptions};
use tokio::sync::oneshot;

use super::{background::DROPS, database::connect_to_administer, kept::MARK};
use crate::{Error, name, runtime};

/// The first half of the advisory lock's key; the second is the hash of the token.
const LOCK: i32 = 0x00db_f5e5;

/// What a process learns when it registers as an owner.
#[derive(Debug)]
pub(crate) struct Registration {
    /// The names of its databases contain it.
    pub(crate) token: String,
    /// The server's version, such as `15.18`.
    pub(crate) version: String,
    /// Databases whose owners have ended.
    pub(crate) abandoned: Vec<String>,
}

/// Registers an owner for as long as this session lasts, and looks for databases with this prefix whose owners have ended.
///
/// The lock is a shared one, and so never waited for: should two tokens have one hash, both owners hold it.
///
/// Databases that somebody is connected to, and those of failed tests, do not count.
///
/// # Errors
/// [`Error::Sql`].
pub(crate) async fn register(connection: &mut PgConnection, prefix: &str) -> Result<Registration, Error> {
    let token = name::unique();
    let failed = || Error::sql("look for databases that a crash left behind");
    let question = sqlx::query(
        r"SELECT pg_advisory_lock_shared($1, hashtext($2)), current_setting('server_version') AS version, ARRAY (
              SELECT datname::text
              FROM (SELECT oid, datname, substring(datname FROM '[0-9a-f]+_[0-9a-f]+_[0-9]+(?=_[0-9]+$)') AS owner
                    FROM pg_catalog.pg_database WHERE starts_with(datname, $3)) AS d
              WHERE owner IS NOT NULL
                AND NOT EXISTS (
                    SELECT FROM pg_catalog.pg_locks AS l
                    WHERE l.locktype = 'advisory' AND l.classid::bigint = $1::bigint
                      AND l.objid::bigint = (hashtext(owner)::bigint & 4294967295))
                AND NOT EXISTS (SELECT FROM pg_catalog.pg_stat_activity AS a WHERE a.datid = d.oid)
                AND starts_with(shobj_description(d.oid, 'pg_database'), $4) IS NOT TRUE
              ORDER BY oid) AS abandoned",
    );
    let row = question
        .bind(LOCK)
        .bind(&token)
        .bind(prefix)
        .bind(MARK)
        .fetch_one(connection)
        .await
        .map_err(failed())?;
    let version: String = row.try_get("version").map_err(failed())?;
    Ok(Registration {
        token,
        version: version.split(' ').next().unwrap_or_default().to_owned(),
        abandoned: row.try_get("abandoned").map_err(failed())?,
    })
}

/// Drops databases whose owners have ended.
pub(crate) async fn drop_abandoned(connection: &mut PgConnection, names: &[String]) {
    for name in names {
        // Another process may drop them at the same moment, and a database may belong to another role: neither is a failure.
        let _ = connection
            .execute(sqlx::AssertSqlSafe(format!("DROP DATABASE IF EXISTS \"{name}\"")))
            .await;
    }
}

/// Registers an owner on a connection of its own, which lasts until the returned sender is dropped. Databases whose owners have
/// ended are dropped in the background.
///
/// # Errors
/// [`Error::Sql`].
pub(super) async fn register_in_background(
    options: &PgConnectOptions,
    prefix: &'static str,
) -> Result<(Registration, oneshot::Sender<()>), Error> {
    let options = options.clone();
    let (registered, end) = oneshot::channel();
    let registering = runtime::run(async move {
        let failed = Error::sql("connect to the server");
        let mut connection = connect_to_administer(&options).await.map_err(failed)?;
        let mut registration = register(&mut connection, prefix).await?;
        let abandoned = std::mem::take(&mut registration.abandoned);
        runtime::spawn(async move {
            if !abandoned.is_empty() {
                let permit = DROPS.permit().await;
                drop_abandoned(&mut connection, &abandoned).await;
                drop(permit);
            }
            // Nothing is ever sent: the wait ends when the sender is dropped.
            let _ = end.await;
            let _ = connection.close().await;
        });
        Ok(registration)
    });
    Ok((registering.await?, registered))
}
