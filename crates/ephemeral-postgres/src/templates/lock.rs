//! The lock under which a template is built.

use std::time::{Duration, Instant};

use sqlx::{Connection, PgConnection};

use crate::{Error, databases::Admin};

/// The first half of the advisory lock's key; the second is the hash of the template's name.
const LOCK: i32 = 0x00db_7e3a;

/// How long another process may take to build the same template.
const DEADLINE: Duration = Duration::from_secs(600);

/// Between two attempts.
const PAUSE: Duration = Duration::from_millis(10);

/// Polls for the lock on a connection of its own. The lock is free once that is closed.
///
/// # Errors
/// [`Error::Building`] with the server process that holds it, after ten minutes; [`Error::Sql`].
pub(super) async fn lock(admin: &Admin, template: &str) -> Result<PgConnection, Error> {
    let failed = || Error::sql(format!("claim the template `{template}`"));
    let mut connection = PgConnection::connect_with(&admin.options)
        .await
        .map_err(failed())?;
    let started = Instant::now();
    loop {
        let attempt = sqlx::query_scalar("SELECT pg_try_advisory_lock($1, hashtext($2))")
            .bind(LOCK)
            .bind(template);
        if attempt.fetch_one(&mut connection).await.map_err(failed())? {
            return Ok(connection);
        }
        if started.elapsed() > DEADLINE {
            return Err(Error::Building {
                template: template.to_owned(),
                seconds: DEADLINE.as_secs(),
                holder: holder(&mut connection, template).await,
            });
        }
        tokio::time::sleep(PAUSE).await;
    }
}

async fn holder(connection: &mut PgConnection, template: &str) -> Option<i32> {
    let question = sqlx::query_scalar(
        "SELECT pid FROM pg_catalog.pg_locks WHERE locktype = 'advisory' AND granted AND classid::bigint = $1::bigint
         AND objid::bigint = (hashtext($2)::bigint & 4294967295) LIMIT 1",
    );
    let row = question
        .bind(LOCK)
        .bind(template)
        .fetch_optional(connection)
        .await;
    row.ok().flatten()
}
