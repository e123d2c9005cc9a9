//! A second connection beside the one that works: it sees what the other cannot say while it waits.
//!
//! It also tells a transaction pooler from a server. Through one, both connections meet the same session, and the session's lock
//! would belong to the next client. Once that is settled it is closed, and opened again when a message takes its time.

use std::time::Duration;

use sqlx::{PgConnection, postgres::PgConnectOptions};
use tokio::time::timeout;

use super::{
    activity::Activity,
    backend::{self, Backend},
    server::{is_lost, send, text},
    session, tls_relay,
};
use crate::{
    Config, Error, Problem,
    engine::{
        config::literal,
        ledger::read::{self, Ledger},
        lock::give_back,
        sql::{EQ, LIKE},
    },
};

/// The server's process that is watched, and the connection from which it is.
#[derive(Debug)]
pub(crate) struct Watcher {
    options: PgConnectOptions,
    connection: Option<PgConnection>,
    pid: String,
    /// Whether a second connection got an answer before the first message: only then does silence say something.
    answers: bool,
    /// How long it may take to connect, and to answer.
    limit: Duration,
}

/// What one look has seen.
#[derive(Debug, Default)]
pub(crate) struct Look {
    pub(crate) backend: Backend,
    /// Changes whenever the session begins or ends something.
    pub(crate) position: String,
    pub(crate) activity: Activity,
}

impl Watcher {
    /// A second connection, or what came instead of one.
    pub(crate) async fn connect(
        options: &PgConnectOptions,
        config: &Config,
    ) -> Result<PgConnection, Backend> {
        connect(&session::named(options, config), limit(config)).await
    }

    /// From a second connection; where the server was too full for one, it is tried again when a message takes its time.
    ///
    /// # Errors
    ///
    /// [`Problem::Pooler`] where the connection meets the working one's session. The lock is given back then: a pooler keeps the
    /// session that holds it when this program is gone.
    pub(crate) async fn start(
        second: Result<PgConnection, Backend>,
        options: &PgConnectOptions,
        working: &mut PgConnection,
        config: &Config,
        pid: String,
    ) -> Result<Self, Error> {
        let mut watcher = Self {
            options: session::named(options, config),
            connection: None,
            pid,
            answers: false,
            limit: limit(config),
        };
        let mut connection = match second {
            Ok(connection) => connection,
            Err(instead) => {
                watcher.answers = instead == Backend::Unclear;
                return Ok(watcher);
            }
        };
        let asked = send(&mut connection, "SELECT pg_catalog.pg_backend_pid() AS pid");
        // A pooler lets a second client in and answers it when it has a session for it.
        let Ok(results) = timeout(watcher.limit, asked).await else {
            return Ok(watcher);
        };
        let results = results.map_err(Error::server("ask for the number of the session"))?;
        if results
            .iter()
            .flatten()
            .any(|row| text(row, "pid") == watcher.pid)
        {
            let _ = timeout(watcher.limit, send(working, &give_back(config))).await;
            return Err(Error::unfit(Problem::Pooler));
        }
        // Closing it need not hold up the work.
        tokio::spawn(session::close(connection));
        watcher.answers = true;
        Ok(watcher)
    }

    /// Watches a session that is there for more than one message.
    ///
    /// # Errors
    /// [`Error::Server`].
    pub(crate) async fn of(
        working: &mut PgConnection,
        options: &PgConnectOptions,
        config: &Config,
    ) -> Result<Self, Error> {
        let asked = async {
            let results = send(working, "SELECT pg_catalog.pg_backend_pid() AS pid").await;
            results.map_err(Error::server("ask for the number of the session"))
        };
        let (results, second) = tokio::join!(asked, Self::connect(options, config));
        let results = results?;
        let row = results.first().and_then(|rows| rows.first());
        let mut watcher = Self {
            options: session::named(options, config),
            connection: None,
            pid: row.map(|row| text(row, "pid")).unwrap_or_default(),
            answers: matches!(second, Err(Backend::Unclear)),
            limit: limit(config),
        };
        if let Ok(second) = second {
            watcher.connection = Some(second);
            watcher.answers = watcher.ask("SELECT 1").await.is_ok();
        }
        Ok(watcher)
    }

    /// Watches this process from now on.
    pub(crate) fn watch(&mut self, pid: String) {
        self.pid = pid;
    }

    /// The same without its connection, for when a look is given up.
    pub(crate) fn without_connection(&self) -> Self {
        Self {
            options: self.options.clone(),
            connection: None,
            pid: self.pid.clone(),
            ..*self
        }
    }

    /// Looks once. What cannot be seen is not there.
    pub(crate) async fn look(mut self) -> (Self, Look) {
        let question = format!(
            "{};\n{}",
            backend::question(&self.pid),
            Activity::question(&self.pid)
        );
        let look = match self.ask(&question).await {
            Ok(results) => {
                self.answers = true;
                let session = results.first().and_then(|rows| rows.first());
                Look {
                    backend: Backend::of(session),
                    position: session.map(|row| text(row, "position")).unwrap_or_default(),
                    activity: Activity::of(results.get(1..).unwrap_or_default()),
                }
            }
            Err(backend) => {
                self.answers |= backend == Backend::Unclear;
                Look {
                    backend: if self.answers { backend } else { Backend::Unclear },
                    ..Look::default()
                }
            }
        };
        (self, look)
    }

    /// What the ledger says, where the second connection can read it. A session that waits for a message is ended before, so that what
    /// the ledger says is final and nobody waits for its lock.
    pub(crate) async fn settle(&mut self, config: &Config) -> Option<Ledger> {
        let end = format!(
            "SELECT pg_catalog.pg_terminate_backend(a.pid, {}) FROM pg_catalog.pg_stat_activity AS a
             WHERE a.pid {EQ} {} AND a.state {LIKE} 'idle%' AND a.application_name {EQ} {}",
            self.limit.as_millis(),
            self.pid,
            literal(self.options.get_application_name().unwrap_or_default())
        );
        // A role may be allowed to read the ledger and not to end its own sessions.
        let _ = self.ask(&end).await;
        let limit = self.limit;
        let connection = self.connection.as_mut()?;
        timeout(limit, read::read(connection, config)).await.ok()?.ok()
    }

    /// The answer, or why it did not come.
    async fn ask(&mut self, question: &str) -> Result<Vec<Vec<sqlx::postgres::PgRow>>, Backend> {
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => connect(&self.options, self.limit).await?,
        };
        match timeout(self.limit, send(&mut connection, question)).await {
            Ok(Ok(results)) => {
                self.connection = Some(connection);
                Ok(results)
            }
            Ok(Err(error)) => {
                if !is_lost(&error) {
                    self.connection = Some(connection);
                }
                Err(instead_of_an_answer(&error))
            }
            Err(_) => Err(Backend::Silent),
        }
    }

    pub(crate) async fn close(self) {
        if let Some(connection) = self.connection {
            session::close(connection).await;
        }
    }
}

async fn connect(options: &PgConnectOptions, limit: Duration) -> Result<PgConnection, Backend> {
    match timeout(limit, tls_relay::connect(options)).await {
        Ok(connected) => connected.map_err(|error| instead_of_an_answer(&error)),
        Err(_) => Err(Backend::Silent),
    }
}

/// A refusal is an answer: the server speaks, or a pooler for it.
fn instead_of_an_answer(error: &sqlx::Error) -> Backend {
    match error {
        sqlx::Error::Database(_) => Backend::Unclear,
        _ => Backend::Silent,
    }
}

/// A few looks fit into the time for an answer.
fn limit(config: &Config) -> Duration {
    config.answer_timeout / 3
}
