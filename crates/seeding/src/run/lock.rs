//! One run of seeds at a time in a database.
//!
//! Two runs that merge the same rows would both find them missing, and one of them would fail on a unique key. The
//! lock is an advisory one of each file's transaction, so that every path gives it back. It is tried, never waited
//! for inside the server, and no transaction stays open between two tries.

use std::time::{Duration, Instant};

use sqlx::PgConnection;

use crate::{Config, Error};

/// "seeding!" in ASCII. Advisory locks are per database, so one key serves all.
pub(crate) const KEY: i64 = i64::from_be_bytes(*b"seeding!");

const FIRST_PAUSE: Duration = Duration::from_millis(20);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

const HOLDER: &str = "
    SELECT format('process %s, user %s, application %s', a.pid, a.usename,
                  coalesce(nullif(a.application_name, ''), 'unnamed'))
    FROM pg_catalog.pg_locks l
    JOIN pg_catalog.pg_stat_activity a USING (pid)
    WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
      AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())
      AND (l.classid::int8 << 32) | l.objid::int8 = $1";

/// Waits until nobody holds the lock, which says nothing about the moment after: whoever wants it tries again.
pub(crate) async fn wait_until_free(
    conn: &mut PgConnection,
    config: &Config,
    deadline: Instant,
) -> Result<(), Error> {
    let mut pause = FIRST_PAUSE;
    loop {
        // In a transaction of its own, which ends with the statement, and the lock with it.
        let is_free: bool = sqlx::query_scalar("SELECT pg_catalog.pg_try_advisory_xact_lock($1)")
            .bind(KEY)
            .fetch_one(&mut *conn)
            .await
            .map_err(Error::Connection)?;
        if is_free {
            return Ok(());
        }
        if Instant::now() + pause > deadline {
            let holder = sqlx::query_scalar(HOLDER).bind(KEY).fetch_optional(conn).await;
            return Err(Error::Busy {
                holder: holder.map_err(Error::Connection)?,
                waited: config.lock_timeout,
            });
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}
