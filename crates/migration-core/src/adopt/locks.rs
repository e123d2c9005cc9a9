//! Keeping another tool and other runners away while a ledger is read and written.

use std::iter;

use sqlx::{PgConnection, postgres::PgRow};
use tokio::time::sleep;

use crate::{
    Config, Error, Holder, LedgerTable, Progress,
    engine::{
        config::literal,
        connection::{
            deadline::{in_limit, in_time},
            retry::{Retry, is_passing},
            server::{send, sqlstate, text},
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
async fn begin_alone(
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
        "{settings};\nBEGIN;\nCOMMIT;\n{BEGIN};\nSELECT CAST(ARRAY[{}] AS pg_catalog.text) AS taken",
        tries.join(", ")
    );
    let mut wait = Wait::begin();
    loop {
        let asked = ask(connection, "take the locks", &message);
        let results = in_time(config, "take the locks", asked).await?;
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
        let asked = ask(connection, "give the locks back", "ROLLBACK");
        in_time(config, "give the locks back", asked).await?;
        let key = keys.get(missing).copied().unwrap_or(ours);
        wait.again(connection, key, config, progress).await?;
    }
}

/// Begins a transaction as [`begin_alone`] does and keeps a table as it is: tools without an advisory lock can only be stopped there.
/// Where another session holds a lock on the table, the whole is tried again for as long as a migration would be.
///
/// # Errors
/// [`Error::Locked`], and [`Error::Server`] with the sessions that hold the table.
pub(crate) async fn begin_holding(
    connection: &mut PgConnection,
    theirs: &[i64],
    table: Option<&LedgerTable>,
    config: &Config,
    progress: &mut Listener<'_>,
) -> Result<(), Error> {
    let mut retry = Retry::new(config.retry_for);
    loop {
        begin_alone(connection, theirs, config, progress).await?;
        let Some(table) = table else { return Ok(()) };
        let message = format!("LOCK TABLE {} IN SHARE ROW EXCLUSIVE MODE", table.rows());
        let what = format!("lock `{table}`");
        // The server ends the wait for the table by itself.
        let limit = config.answer_timeout + config.lock_timeout;
        let asked = ask(connection, &what, &message);
        let Err(mut error) = in_limit(limit, &what, asked).await else {
            return Ok(());
        };
        let Error::Server { source, blockers, .. } = &mut error else {
            return Err(error);
        };
        let Some(state) = sqlstate(source)
            .filter(|state| is_passing(state))
            .map(str::to_owned)
        else {
            return Err(error);
        };
        let asked = ask(connection, "give the locks back", "ROLLBACK");
        in_time(config, "give the locks back", asked).await?;
        *blockers = in_time(config, "see who holds the table", holders(connection, table)).await?;
        let file = table.to_string();
        if !blockers.is_empty() {
            let (file, by) = (file.clone(), blockers.clone());
            progress(Progress::Blocked { file, by });
        }
        let Some(pause) = retry.pause() else {
            return Err(error);
        };
        let sqlstate = state;
        progress(Progress::Retrying {
            file,
            sqlstate,
            pause,
        });
        sleep(pause).await;
    }
}

/// Who holds a lock on the table that ours has to wait for.
async fn holders(connection: &mut PgConnection, table: &LedgerTable) -> Result<Vec<Holder>, Error> {
    let question = format!(
        "SELECT {HOLDER_COLUMNS}
         FROM pg_catalog.pg_locks AS l JOIN pg_catalog.pg_stat_activity AS a ON a.pid {EQ} l.pid
         WHERE l.relation {EQ} pg_catalog.to_regclass({}) AND l.granted AND a.pid {NE} pg_catalog.pg_backend_pid()
           AND l.database {EQ} (SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname {EQ} pg_catalog.current_database())
           AND l.mode {NE} 'AccessShareLock' AND l.mode {NE} 'RowShareLock'",
        literal(&table.rows())
    );
    let results = ask(connection, "see who holds the table", &question).await?;
    Ok(results.iter().flatten().map(holder_of).collect())
}

async fn ask(connection: &mut PgConnection, what: &str, sql: &str) -> Result<Vec<Vec<PgRow>>, Error> {
    send(connection, sql).await.map_err(Error::server(what))
}
