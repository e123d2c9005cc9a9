//! Keeping another tool and other runners away while a ledger is read and written.

use std::iter;

use sqlx::PgConnection;

use crate::{
    Config, Error, Holder, LedgerTable,
    engine::{
        connection::{
            server::{send, text},
            session::{self, BEGIN},
        },
        holder::{HOLDER_COLUMNS, holder_of},
        lock::{self, Wait, advisory_key},
        progress::Listener,
        sql::{EQ, NE},
    },
};

/// Who else holds one of a tool's advisory locks, which is to say that the tool is at work.
pub(crate) async fn at_work(connection: &mut PgConnection, keys: &[i64]) -> Result<Option<Holder>, Error> {
    let keys: Vec<_> = keys.iter().map(ToString::to_string).collect();
    let question = format!(
        "SELECT {HOLDER_COLUMNS}
         FROM pg_catalog.pg_locks AS l JOIN pg_catalog.pg_stat_activity AS a ON a.pid {EQ} l.pid
         WHERE l.granted AND a.pid {NE} pg_catalog.pg_backend_pid() AND {} {EQ} ANY (CAST('{{{}}}' AS bigint[]))",
        advisory_key(),
        keys.join(", ")
    );
    let results = send(connection, &question)
        .await
        .map_err(Error::server("see whether another tool is at work"))?;
    Ok(results.iter().flatten().next().map(holder_of))
}

/// Begins a transaction in which neither our runner nor the other tool can work. Its end gives the locks back.
///
/// The locks are polled, as everywhere: whoever waits inside `pg_advisory_xact_lock` is in the way of an index that is built
/// concurrently.
pub(crate) async fn begin_alone(
    connection: &mut PgConnection,
    theirs: &[i64],
    config: &Config,
    progress: &mut Listener<'_>,
) -> Result<(), Error> {
    let ours = lock::key(&config.ledger);
    let keys: Vec<_> = iter::once(ours).chain(theirs.iter().copied()).collect();
    let tries: Vec<_> = keys
        .iter()
        .map(|key| format!("pg_catalog.pg_try_advisory_xact_lock({key})"))
        .collect();
    let settings = session::reset(config).join(";\n");
    let message = format!(
        "{settings};\n{BEGIN};\nSELECT CAST(ARRAY[{}] AS pg_catalog.text) AS taken",
        tries.join(", ")
    );
    let mut wait = Wait::begin();
    loop {
        let results = send(connection, &message)
            .await
            .map_err(Error::server("take the locks"))?;
        let taken = results
            .last()
            .and_then(|rows| rows.first())
            .map(|row| text(row, "taken"));
        let missing = taken
            .unwrap_or_default()
            .trim_matches(['{', '}'])
            .split(',')
            .position(|one| one != "t");
        let Some(missing) = missing else { return Ok(()) };
        send(connection, "ROLLBACK")
            .await
            .map_err(Error::server("give the locks back"))?;
        let key = keys.get(missing).copied().unwrap_or(ours);
        wait.again(connection, key, config, progress).await?;
    }
}

/// Keeps a table as it is: tools without an advisory lock can only be stopped there.
pub(crate) async fn hold(connection: &mut PgConnection, table: &LedgerTable) -> Result<(), Error> {
    let message = format!("LOCK TABLE {} IN SHARE ROW EXCLUSIVE MODE", table.rows());
    send(connection, &message)
        .await
        .map_err(Error::server(format!("lock `{table}`")))?;
    Ok(())
}
