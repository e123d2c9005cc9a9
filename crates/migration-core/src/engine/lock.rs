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
use sqlx::{PgConnection, postgres::PgRow};

use super::{
    Config, LedgerTable, Progress,
    ledger::{self, Ledger},
    progress::Listener,
    server::{Answer, maybe, send, sqlstate, text, try_send},
};
use crate::Error;

/// The pause between two tries, jittered by half: long enough to be no load, short enough not to be felt.
const PAUSE: Duration = Duration::from_millis(40);

/// Who holds a lock.
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
            "process {pid} (`{application}` as `{role}`, connected since {since} UTC) running `{query}`"
        )
    }
}

/// What is asked of `pg_stat_activity AS a` for a [`Holder`].
pub(super) const HOLDER_COLUMNS: &str = "a.pid, a.application_name, a.usename, \
    left(regexp_replace(a.query, '\\s+', ' ', 'g'), 80) AS query, \
    to_char(a.backend_start AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS') AS since";

pub(super) fn holder_of(row: &PgRow) -> Holder {
    Holder {
        pid: text(row, "pid"),
        application: text(row, "application_name"),
        role: text(row, "usename"),
        since: text(row, "since"),
        query: maybe(row, "query").unwrap_or_default(),
    }
}

/// The key: one for each ledger, since two ledgers do not get in each other's way.
pub(super) fn key(ledger: &LedgerTable) -> i64 {
    let digest = Sha256::digest(format!("db-fresh ledger {}", ledger.rows()));
    let mut bytes = [0; 8];
    bytes.copy_from_slice(&digest[..8]);
    i64::from_be_bytes(bytes)
}

/// What comes with the lock.
#[derive(Debug)]
pub(super) struct Taken {
    /// The server's process that holds it.
    pub(super) pid: String,
    /// The ledger as it is under the lock.
    pub(super) ledger: Ledger,
}

/// Takes the lock, polling until [`Config::lock_wait`] is over, and reads the ledger under it, made where it is not there. In
/// the ordinary case all of that is one message.
pub(super) async fn take(
    connection: &mut PgConnection,
    seen: &Ledger,
    config: &Config,
    progress: &mut Listener<'_>,
) -> Result<Taken, Error> {
    let key = key(&config.ledger);
    let message = message(key, seen, config);
    let started = Instant::now();
    let mut known = None;
    loop {
        let answer = try_send(connection, &message).await;
        let first = answer.results.first().and_then(|rows| rows.first());
        let is_taken = first.is_some_and(|row| text(row, "taken") == "t");
        let pid = first.map(|row| text(row, "pid")).unwrap_or_default();
        match (is_taken, answer.error) {
            (true, None) => {
                return Ok(Taken {
                    pid,
                    ledger: ledger::from_results(&answer.results),
                });
            }
            // One without the lock makes the ledger too, and may have been first; it is there now, so this begins anew.
            (true, Some(error)) if is_made_by_another(&error) => {
                let give_back = format!("ROLLBACK; {}", release(config));
                send(connection, &give_back)
                    .await
                    .map_err(Error::server("give the lock back"))?;
            }
            (true, Some(error)) => return Err(Error::server("make and read the ledger")(error)),
            // Two that make the ledger at once get in each other's way; the one without the lock has only to wait.
            (false, Some(error)) if error.as_database_error().is_none() => {
                return Err(Error::server("take the lock")(error));
            }
            (false, Some(_)) => drop(send(connection, "ROLLBACK").await),
            (false, None) => {}
        }
        let waited = started.elapsed();
        let holder = holder(connection, key).await?;
        if waited >= config.lock_wait {
            return Err(Error::Locked { waited, holder });
        }
        if known != holder {
            progress(Progress::Waiting {
                holder: holder.clone(),
                waited,
            });
            known = holder;
        }
        let jitter = rand::rng().random_range(0.5..1.5);
        tokio::time::sleep(PAUSE.mul_f64(jitter)).await;
    }
}

/// 23505 in the catalog, 42P06, 42P07 and 42710: what was to be made was made meanwhile.
fn is_made_by_another(error: &sqlx::Error) -> bool {
    matches!(sqlstate(error), Some("23505" | "42P06" | "42P07" | "42710"))
}

fn message(key: i64, seen: &Ledger, config: &Config) -> String {
    let make = if seen.exists {
        String::new()
    } else {
        format!("{};\n", ledger::create(&config.ledger))
    };
    let read = ledger::rows_question(&config.ledger);
    format!("SELECT pg_backend_pid() AS pid, pg_try_advisory_lock({key}) AS taken;\n{make}{read}")
}

pub(super) async fn holder(connection: &mut PgConnection, key: i64) -> Result<Option<Holder>, Error> {
    let question = format!(
        "SELECT {HOLDER_COLUMNS}
         FROM pg_catalog.pg_locks AS l JOIN pg_catalog.pg_stat_activity AS a USING (pid)
         WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
           AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())
           AND (l.classid::bigint << 32 | l.objid::bigint) = {key}"
    );
    let Answer { results, error } = try_send(connection, &question).await;
    match error {
        Some(error) => Err(Error::server("see who holds the lock")(error)),
        None => Ok(results.iter().flatten().next().map(holder_of)),
    }
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
