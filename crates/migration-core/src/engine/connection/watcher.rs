//! A second connection beside the one that works: it sees what the other cannot say while it waits.
//!
//! It also tells a transaction pooler from a server. Through one, both connections meet the same session, and the session's lock
//! would belong to the next client. Once that is settled it is closed, and opened again when a message takes its time.

use sqlx::{PgConnection, postgres::PgConnectOptions};

use super::{
    server::{number, send, text},
    session, tls_relay,
};
use crate::{
    Config, Error, Holder, IndexBuild, Problem, Progress,
    engine::{
        holder::{HOLDER_COLUMNS, holder_of},
        lock::release,
        progress::Listener,
        sql::{EQ, GT},
    },
};

/// The server's process that is watched, and the connection from which it is.
#[derive(Debug)]
pub(crate) struct Watcher {
    options: PgConnectOptions,
    connection: Option<PgConnection>,
    pid: String,
}

/// What is seen of a statement that takes its time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Activity {
    /// Who holds the lock it waits for.
    pub(crate) blockers: Vec<Holder>,
    /// How far the building of an index is.
    pub(crate) index: Option<IndexBuild>,
}

impl Activity {
    /// Tells what is new since the last look.
    pub(crate) fn tell(&self, before: &Self, file: &str, progress: &mut Listener<'_>) {
        if !self.blockers.is_empty() && self.blockers != before.blockers {
            progress(Progress::Blocked {
                file: file.to_owned(),
                by: self.blockers.clone(),
            });
        }
        if let Some(index) = &self.index
            && self.index != before.index
        {
            progress(Progress::Building {
                file: file.to_owned(),
                index: index.clone(),
            });
        }
    }
}

impl Watcher {
    /// From a connection of its own; a server that was too full for one is worked on without.
    ///
    /// # Errors
    ///
    /// [`Problem::Pooler`] where the connection meets the working one's session. The lock is given back then: a pooler keeps the
    /// session that holds it when this program is gone.
    pub(crate) async fn start(
        second: Result<PgConnection, Error>,
        options: &PgConnectOptions,
        working: &mut PgConnection,
        config: &Config,
        pid: String,
    ) -> Result<Option<Self>, Error> {
        let Ok(mut connection) = second else {
            return Ok(None);
        };
        let results = send(&mut connection, "SELECT pg_catalog.pg_backend_pid() AS pid").await;
        let results = results.map_err(Error::server("ask for the number of the session"))?;
        if results.iter().flatten().any(|row| text(row, "pid") == pid) {
            let _ = send(working, &release(config)).await;
            return Err(Error::unfit(Problem::Pooler));
        }
        // Closing it need not hold up the work.
        tokio::spawn(session::close(connection));
        Ok(Some(Self {
            options: session::named(options, config),
            connection: None,
            pid,
        }))
    }

    /// Looks once. What cannot be seen is not there.
    pub(crate) async fn look(&mut self) -> Activity {
        let pid = &self.pid;
        let question = format!(
            "SELECT {HOLDER_COLUMNS} FROM pg_catalog.pg_stat_activity AS a WHERE a.pid {EQ} ANY (pg_catalog.pg_blocking_pids({pid}));
             SELECT phase, CASE WHEN blocks_total {GT} 0 THEN blocks_done ELSE tuples_done END AS done,
                    CASE WHEN blocks_total {GT} 0 THEN blocks_total ELSE tuples_total END AS total
             FROM pg_catalog.pg_stat_progress_create_index WHERE pid {EQ} {pid}"
        );
        if self.connection.is_none() {
            self.connection = tls_relay::connect(&self.options).await.ok();
        }
        let Some(connection) = &mut self.connection else {
            return Activity::default();
        };
        let Ok(results) = send(connection, &question).await else {
            self.connection = None;
            return Activity::default();
        };
        let count = |row, column| {
            number(row, column)
                .and_then(|count| u64::try_from(count).ok())
                .unwrap_or(0)
        };
        Activity {
            blockers: results.first().into_iter().flatten().map(holder_of).collect(),
            index: results
                .get(1)
                .and_then(|rows| rows.first())
                .map(|row| IndexBuild {
                    phase: text(row, "phase"),
                    done: count(row, "done"),
                    total: count(row, "total"),
                }),
        }
    }

    pub(crate) async fn close(self) {
        if let Some(connection) = self.connection {
            session::close(connection).await;
        }
    }
}
