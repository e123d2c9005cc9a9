//! Databases on a server that others use too, and whether the process that made them is still there.
//!
//! A database's name ends with a token of its owner's and a number, and as long as the owner lives it holds an advisory lock named after
//! the token. So whoever died is told from whoever is alive without asking the operating system, from any machine. What the dead left
//! behind is dropped by the next who comes.

use sqlx::{Connection, Executor, PgConnection, Row, postgres::PgConnectOptions};
use tokio::sync::oneshot;

use crate::{Error, background, keeper, name, test_database::KEPT};

/// The first half of the advisory lock's key; the second is the hash of the token.
const LOCK: i32 = 0x00db_f5e5;

/// What a session learns that has claimed a token.
#[derive(Debug)]
pub(crate) struct Claim {
    /// What the names of the owner's databases have in them.
    pub(crate) token: String,
    /// The server's version, such as `15.18`.
    pub(crate) version: String,
    /// Databases whose owners are gone.
    pub(crate) abandoned: Vec<String>,
}

/// A database's name from what it starts with, of which the owner's token is the end.
pub(crate) fn database(start: &str) -> String {
    format!("{start}_{}", name::number())
}

/// Claims a token for as long as this session lives, and looks for databases with this prefix that nobody claims any more.
///
/// Those in which somebody is, and those of failed tests, are nobody's to drop.
pub(crate) async fn claim(connection: &mut PgConnection, prefix: &str) -> Result<Claim, Error> {
    let token = name::unique();
    let failed = || Error::sql("look for databases that a crash left behind");
    let question = sqlx::query(
        r"SELECT pg_advisory_lock($1, hashtext($2)), current_setting('server_version') AS version, ARRAY (
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
        .bind(KEPT)
        .fetch_one(connection)
        .await
        .map_err(failed())?;
    let version: String = row.try_get("version").map_err(failed())?;
    Ok(Claim {
        token,
        version: version.split(' ').next().unwrap_or_default().to_owned(),
        abandoned: row.try_get("abandoned").map_err(failed())?,
    })
}

/// Drops what the dead left behind.
pub(crate) async fn drop_all(connection: &mut PgConnection, abandoned: &[String]) {
    for name in abandoned {
        // Another process may sweep at the same moment, and a database may belong to another role: neither is a failure.
        let _ = connection
            .execute(sqlx::AssertSqlSafe(format!("DROP DATABASE IF EXISTS \"{name}\"")))
            .await;
    }
}

/// Claims a token until the other end of the channel goes, and meanwhile drops what the dead left behind, in the background.
pub(crate) async fn hold(
    options: &PgConnectOptions,
    prefix: &'static str,
) -> Result<(Claim, oneshot::Sender<()>), Error> {
    let options = options.clone();
    let (alive, end) = oneshot::channel();
    let claim = keeper::run(async move {
        let failed = Error::sql("connect to the server");
        let mut connection = PgConnection::connect_with(&options).await.map_err(failed)?;
        let mut claim = claim(&mut connection, prefix).await?;
        let abandoned = std::mem::take(&mut claim.abandoned);
        keeper::spawn(async move {
            if !abandoned.is_empty() {
                let turn = background::DROPPING.turn().await;
                drop_all(&mut connection, &abandoned).await;
                drop(turn);
            }
            // Nobody ever sends anything.
            let _ = end.await;
            let _ = connection.close().await;
        });
        Ok(claim)
    });
    Ok((claim.await?, alive))
}
