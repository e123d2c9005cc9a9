//! The lock that lets one runner work at a time.
//!
//! It is polled, never waited for: a session that blocks in `pg_advisory_lock` holds a snapshot, and `CREATE INDEX CONCURRENTLY`
//! of the other runner would wait for that snapshot for ever.

use std::time::{Duration, Instant};

use rand::RngExt;
use sha2::{Digest, Sha256};
use sqlx::{PgConnection, postgres::PgRow};

use crate::{
    Config, Error, Holder, LedgerTable, Progress,
    engine::{
        connection::{
            deadline::in_time,
            server::{refusal, send, text},
            session, settings_question,
        },
        holder::{HOLDER_COLUMNS, holder_of},
        ledger::{
            elsewhere,
            foreign::missing_here,
            probe::probe,
            read::{self, Ledger},
            schema::{self, Missing},
            tables::Table,
        },
        progress::Listener,
        sql::{BIT_OR, EQ, SHIFT_LEFT},
    },
};

/// The pause between two tries, jittered by half: long enough to be no load, short enough not to be felt.
const PAUSE: Duration = Duration::from_millis(40);

/// The key: one for each ledger, since two ledgers do not get in each other's way.
pub(crate) fn key(ledger: &LedgerTable) -> i64 {
    let digest = Sha256::digest(format!("db-fresh ledger {}", ledger.rows()));
    let mut bytes = [0; 8];
    bytes.copy_from_slice(&digest[..8]);
    i64::from_be_bytes(bytes)
}

/// What comes with the lock.
#[derive(Debug)]
pub(crate) struct Taken {
    /// The server's process that holds it.
    pub(crate) pid: String,
    /// The ledger as it is under the lock.
    pub(crate) ledger: Ledger,
    /// The settings of a new session, where they were asked for.
    pub(crate) settings: Vec<PgRow>,
}

/// Whether the session takes the lock for the first time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Taking {
    /// The settings of a new session are asked for as well.
    First,
    /// Files ran on it, and may have chosen another role or other transactions.
    Again,
}

/// Takes the lock, polling until [`Config::lock_wait`] is over, and reads the ledger under it. In the ordinary case that is one
/// message.
pub(crate) async fn take(
    connection: &mut PgConnection,
    seen: &Missing,
    taking: Taking,
    config: &Config,
    progress: &mut Listener<'_>,
) -> Result<Taken, Error> {
    let key = key(&config.ledger);
    let message = message(key, seen, taking, config);
    let mut wait = Wait::begin();
    loop {
        let asked = async {
            let sent = send(connection, &message).await;
            sent.map_err(Error::server("take the lock"))
        };
        let mut results = in_time(config, "take the lock", asked).await?;
        let settings = match taking {
            Taking::First if results.len() > 1 => results.remove(1),
            Taking::First => Vec::new(),
            Taking::Again => {
                results.drain(..BEFORE_AGAIN.len().min(results.len()));
                Vec::new()
            }
        };
        let first = |index: usize| results.get(index).and_then(|rows: &Vec<PgRow>| rows.first());
        let missing = missing_here(connection, first(1), config).await?;
        if first(0).is_some_and(|row| text(row, "taken") == "t") {
            let is_as_seen = Table::ALL
                .iter()
                .all(|table| missing.has(*table) == seen.has(*table));
            // Under any other isolation the message sees what there was before it got the lock.
            let is_current = first(0).is_some_and(|row| text(row, "isolation") == "read committed");
            let protected_elsewhere = elsewhere::found(first(1));
            let ledger = if !is_current {
                read::read(connection, config).await?
            } else if is_as_seen {
                read::from_results(&results[2..], missing)
            } else {
                // Somebody made them meanwhile, so that the message did not ask for what they say.
                let rows = read::rows(connection, missing, config);
                in_time(config, "read the ledger", rows).await?
            };
            return Ok(Taken {
                pid: first(0).map(|row| text(row, "pid")).unwrap_or_default(),
                ledger: Ledger {
                    protected_elsewhere,
                    ..ledger
                },
                settings,
            });
        }
        wait.again(connection, key, config, progress).await?;
    }
}

/// What comes before the questions where files ran on the session.
const BEFORE_AGAIN: [&str; 3] = [session::BEGIN, session::AS_OURSELVES[0], session::AS_OURSELVES[1]];

/// Waiting for a lock, from its first try on.
pub(crate) struct Wait {
    started: Instant,
    /// Who was told to have it.
    told: Option<Holder>,
}

impl Wait {
    pub(crate) fn begin() -> Self {
        Self {
            started: Instant::now(),
            told: None,
        }
    }

    /// A pause before the next try; says who holds the lock, each time that the holder changes.
    ///
    /// # Errors
    /// [`Error::Locked`] when [`Config::lock_wait`] is over.
    pub(crate) async fn again(
        &mut self,
        connection: &mut PgConnection,
        key: i64,
        config: &Config,
        progress: &mut Listener<'_>,
    ) -> Result<(), Error> {
        let waited = self.started.elapsed();
        let holder = in_time(config, "see who holds the lock", holder(connection, key)).await?;
        if waited >= config.lock_wait {
            return Err(Error::Locked { waited, holder });
        }
        if self.told != holder {
            progress(Progress::Waiting {
                holder: holder.clone(),
                waited,
            });
            self.told = holder;
        }
        let jitter = rand::rng().random_range(0.5..1.5);
        tokio::time::sleep(PAUSE.mul_f64(jitter)).await;
        Ok(())
    }
}

/// Up to four questions: the lock, the settings of a new session, what is there, and what that says.
fn message(key: i64, seen: &Missing, taking: Taking, config: &Config) -> String {
    let ledger = &config.ledger;
    let lock = format!(
        "SELECT pg_catalog.pg_backend_pid() AS pid, pg_catalog.pg_try_advisory_lock({key}) AS taken, \
         pg_catalog.current_setting('transaction_isolation') AS isolation"
    );
    let ledger = if seen.has(Table::Rows) {
        probe(config)
    } else {
        let (there, rows) = (schema::question(ledger), read::rows_question(seen, config));
        let elsewhere = elsewhere::question(config);
        format!(
            "SELECT {there}, {elsewhere} AS {};
{rows}",
            elsewhere::COLUMN
        )
    };
    match taking {
        Taking::First => format!(
            "{lock};
{};
{ledger}",
            settings_question::question()
        ),
        Taking::Again => format!(
            "{};
{lock};
{ledger};
COMMIT",
            BEFORE_AGAIN.join(
                ";
"
            )
        ),
    }
}

async fn holder(connection: &mut PgConnection, key: i64) -> Result<Option<Holder>, Error> {
    let question = format!(
        "SELECT {HOLDER_COLUMNS}
         FROM pg_catalog.pg_locks AS l JOIN pg_catalog.pg_stat_activity AS a ON a.pid {EQ} l.pid
         WHERE l.granted AND {} {EQ} {key}",
        advisory_key()
    );
    let results = send(connection, &question)
        .await
        .map_err(Error::server("see who holds the lock"))?;
    Ok(results.iter().flatten().next().map(holder_of))
}

/// The key of an advisory lock of this database, of `pg_locks AS l`; null for any other lock.
pub(crate) fn advisory_key() -> String {
    format!(
        "CASE WHEN l.locktype {EQ} 'advisory' AND l.objsubid {EQ} 1 AND l.database {EQ} (SELECT d.oid FROM pg_catalog.pg_database AS d \
         WHERE d.datname {EQ} pg_catalog.current_database()) \
         THEN CAST(l.classid AS bigint) {SHIFT_LEFT} 32 {BIT_OR} CAST(l.objid AS bigint) END"
    )
}

/// Gives the lock back; should the message be lost, the end of the session does it.
///
/// A file may have taken the lock as well, and the server counts: the session ends, so that nobody needs its other locks.
pub(crate) const RELEASE: &str = "SELECT pg_catalog.pg_advisory_unlock_all()";

/// Gives back what [`take`] took and nothing else, where the session goes on.
pub(crate) fn give_back(config: &Config) -> String {
    format!("SELECT pg_catalog.pg_advisory_unlock({})", key(&config.ledger))
}

/// What the server says where [`check`] fails, in quotes and whatever its language is.
const IS_LOST: &str = "the session does not hold the lock of the ledger";

/// A statement that fails unless the session holds the lock. It has to be in a transaction of its own.
///
/// The lock is given back and taken again under a second one that ends with the transaction, so that nobody else can get it in between.
/// That is a fraction of what a look into `pg_locks` costs, which copies the locks of all sessions, and needs no rights. Every name is
/// qualified: a migration may have changed the search path, and made a function of the same name.
pub(crate) fn check(config: &Config, others: OtherLocks) -> String {
    let key = key(&config.ledger);
    let others = match others {
        OtherLocks::Keep => "",
        OtherLocks::GiveBack => "AND pg_catalog.pg_advisory_unlock_all() IS NOT NULL ",
    };
    format!(
        "SELECT pg_catalog.int4in(pg_catalog.textout(CASE WHEN pg_catalog.pg_try_advisory_xact_lock({key}) \
         AND pg_catalog.pg_advisory_unlock({key}) {others}AND pg_catalog.pg_try_advisory_lock({key}) \
         THEN '1' ELSE '{IS_LOST}' END))"
    )
}

/// What becomes of the session's other advisory locks when ours is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OtherLocks {
    Keep,
    GiveBack,
}

/// Whether the error is that of [`check`].
pub(crate) fn is_lost(error: &sqlx::Error) -> bool {
    refusal(error).is_some_and(|refused| refused.message().contains(IS_LOST))
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
