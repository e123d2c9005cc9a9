//! The lock that lets one runner work at a time.
//!
//! It is polled, never waited for: a session that blocks in `pg_advisory_lock` holds a snapshot, and `CREATE INDEX CONCURRENTLY`
//! of the other runner would wait for that snapshot for ever.

use std::{
    fmt,
    time::{Duration, Instant},
};

use rand::RngExt;
use sha2::{Digest, Sha256};
use sqlx::PgConnection;

use super::{
    Config, LedgerTable, Progress,
    progress::Listener,
    server::{maybe, send, text},
};
use crate::Error;

/// The pause between two tries, jittered by half: long enough to be no load, short enough not to be felt.
const PAUSE: Duration = Duration::from_millis(40);

/// Who holds the lock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// The server's process.
    pub pid: String,
    /// The program, as it calls itself.
    pub application: String,
    /// The role.
    pub role: String,
    /// Since when it is connected, in UTC.
    pub since: String,
    /// What it runs, its beginning.
    pub query: String,
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            pid,
            application,
            role,
            since,
            query,
        } = self;
        write!(
            f,
            "process {pid} (`{application}` as `{role}`, connected since {since}) running `{query}`"
        )
    }
}

/// The key: one for each ledger, since two ledgers do not get in each other's way.
pub(super) fn key(ledger: &LedgerTable) -> i64 {
    let digest = Sha256::digest(format!("db-fresh ledger {}", ledger.rows()));
    let mut bytes = [0; 8];
    bytes.copy_from_slice(&digest[..8]);
    i64::from_be_bytes(bytes)
}

/// Takes the lock, polling until [`Config::lock_wait`] is over.
pub(super) async fn take(
    connection: &mut PgConnection,
    config: &Config,
    progress: &mut Listener<'_>,
) -> Result<(), Error> {
    let key = key(&config.ledger);
    let started = Instant::now();
    let question = format!("SELECT pg_try_advisory_lock({key}) AS taken");
    let mut seen = None;
    loop {
        let results = send(connection, &question)
            .await
            .map_err(Error::server("take the lock"))?;
        if results.iter().flatten().any(|row| text(row, "taken") == "t") {
            return Ok(());
        }
        let waited = started.elapsed();
        let holder = holder(connection, key).await?;
        if waited >= config.lock_wait {
            return Err(Error::Locked { waited, holder });
        }
        if seen != holder {
            progress(Progress::Waiting {
                holder: holder.clone(),
                waited,
            });
            seen = holder;
        }
        let jitter = rand::rng().random_range(0.5..1.5);
        tokio::time::sleep(PAUSE.mul_f64(jitter)).await;
    }
}

async fn holder(connection: &mut PgConnection, key: i64) -> Result<Option<Holder>, Error> {
    let question = format!(
        "SELECT a.pid, a.application_name, a.usename, left(regexp_replace(a.query, '\\s+', ' ', 'g'), 80) AS query,
                to_char(a.backend_start AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS') AS since
         FROM pg_catalog.pg_locks AS l JOIN pg_catalog.pg_stat_activity AS a USING (pid)
         WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
           AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())
           AND (l.classid::bigint << 32 | l.objid::bigint) = {key}"
    );
    let results = send(connection, &question)
        .await
        .map_err(Error::server("see who holds the lock"))?;
    let row = results.iter().flatten().next();
    Ok(row.map(|row| Holder {
        pid: text(row, "pid"),
        application: text(row, "application_name"),
        role: text(row, "usename"),
        since: text(row, "since"),
        query: maybe(row, "query").unwrap_or_default(),
    }))
}

/// Gives the lock back; should the message be lost, the end of the session does it.
pub(super) fn release(config: &Config) -> String {
    format!("SELECT pg_advisory_unlock({})", key(&config.ledger))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_ledgers_have_two_locks() {
        let other = LedgerTable {
            schema: "audit".into(),
            ..LedgerTable::default()
        };
        assert_ne!(key(&LedgerTable::default()), key(&other));
        assert_eq!(key(&other), key(&other.clone()));
    }
}
