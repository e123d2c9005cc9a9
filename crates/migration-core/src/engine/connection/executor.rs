//! The executor: sends messages over the connection that holds the lock, tries again after lock time-outs and deadlocks, names
//! the sessions that block a statement, and turns a refusal into an error that explains it.
//!
//! Applying, steps and rolling back all send through it, so that they do these things alike.

use sqlx::{PgConnection, postgres::PgConnectOptions};
use tokio::time::sleep;

use super::{
    outcome::{Outcome, exchange},
    retry::{Retry, is_passing},
    server::{is_lost, refusal, send, sqlstate},
    session,
    watcher::Watcher,
};
use crate::{
    Config, Error, Holder, Progress,
    engine::{
        apply::{
            message::Message,
            refusal::{Refused, failure},
            subject::Subject,
        },
        ledger::{diagnose::unwritten, read::Ledger, schema::Missing},
        lock,
        progress::Listener,
    },
};

/// The connection that does the work, and what is known of it.
pub(crate) struct Executor<'r> {
    connection: PgConnection,
    watcher: Option<Watcher>,
    config: &'r Config,
    progress: Box<Listener<'r>>,
    holds_lock: bool,
    /// Whether the server waits for a message: not while one is under way, and not after the connection was lost.
    is_ready: bool,
}

impl<'r> Executor<'r> {
    /// An executor that does not hold the lock yet.
    pub(crate) fn new(connection: PgConnection, config: &'r Config, progress: Box<Listener<'r>>) -> Self {
        Self {
            connection,
            watcher: None,
            config,
            progress,
            holds_lock: false,
            is_ready: true,
        }
    }

    /// Takes the lock, gives the ledger as it is under it, and makes a second connection that watches this one.
    ///
    /// # Errors
    /// [`Error::Locked`], and [`crate::Problem::Pooler`] where the session is not this connection's own.
    pub(crate) async fn take_lock(
        &mut self,
        options: &PgConnectOptions,
        seen: &Missing,
    ) -> Result<Ledger, Error> {
        // The two connections are made side by side: it costs nothing but the second one's start.
        let (taken, second) = tokio::join!(
            lock::take(&mut self.connection, seen, self.config, &mut *self.progress),
            session::connect(options, self.config)
        );
        let taken = taken?;
        self.watcher = Watcher::start(second, options, &mut self.connection, self.config, taken.pid).await?;
        self.holds_lock = true;
        Ok(taken.ledger)
    }

    /// The connection, for questions.
    pub(crate) fn connection(&mut self) -> &mut PgConnection {
        &mut self.connection
    }

    /// Tells of progress.
    pub(crate) fn tell(&mut self, progress: Progress) {
        (self.progress)(progress);
    }

    /// Sends a message once and reads what comes back. After a refusal the transaction that it was in is rolled back.
    ///
    /// The file is for the progress.
    pub(crate) async fn send(&mut self, message: &Message<'_>, file: &str) -> Outcome {
        self.is_ready = false;
        let every = self.config.look_every;
        let connection = &mut self.connection;
        let outcome = exchange(
            connection,
            message,
            file,
            self.watcher.as_mut(),
            every,
            &mut *self.progress,
        )
        .await;
        self.is_ready = match &outcome.error {
            None => true,
            Some(error) if is_lost(error) => false,
            Some(_) => send(&mut self.connection, "ROLLBACK").await.is_ok(),
        };
        outcome
    }

    /// Sends a message of a migration until it ends well.
    ///
    /// # Errors
    /// As [`Self::try_again`].
    pub(crate) async fn run(
        &mut self,
        message: &Message<'_>,
        subject: &Subject<'_>,
        retry: &mut Retry,
    ) -> Result<Outcome, Error> {
        loop {
            let outcome = self.send(message, subject.file()).await;
            if outcome.error.is_none() {
                return Ok(outcome);
            }
            self.try_again(message, outcome, subject, retry).await?;
        }
    }

    /// Waits for the next try of a message that met a lock or a deadlock.
    ///
    /// # Errors
    /// [`Error::Lost`]; [`Error::Sql`] for every other refusal, and when the time for retries is up.
    pub(crate) async fn try_again(
        &mut self,
        message: &Message<'_>,
        outcome: Outcome,
        subject: &Subject<'_>,
        retry: &mut Retry,
    ) -> Result<(), Error> {
        let Some(error) = outcome.error else { return Ok(()) };
        let blockers = blockers_of(&error, outcome.blockers);
        let Some(refused) = refusal(&error).filter(|_| !is_lost(&error)) else {
            return Err(subject.lost(error));
        };
        if self.pause(&error, subject.file(), retry).await {
            return Ok(());
        }
        if message.is_ours(outcome.completed) {
            let (ledger, aftermath) = (&self.config.ledger, Some(subject.aftermath));
            let file = Some(subject.file());
            if let Some(error) = unwritten(&mut self.connection, &error, ledger, file, aftermath).await {
                return Err(error);
            }
        }
        let refused = Refused {
            error: refused,
            message,
            completed: outcome.completed,
            values: self.config.shown_values(),
            protection: self.config.environment.protection,
        };
        Err(Error::Sql(Box::new(failure(subject, &refused, &blockers))))
    }

    /// Runs statements of the runner's own in one transaction, again where it meets a lock. The file is for the progress.
    ///
    /// # Errors
    /// [`Error::Server`].
    pub(crate) async fn write(&mut self, what: &str, file: &str, statements: &[String]) -> Result<(), Error> {
        let mut message = Message::default();
        message.all_ours(&session::reset(self.config));
        message.ours(session::BEGIN);
        message.all_ours(statements);
        message.ours("COMMIT");
        let mut retry = Retry::new(self.config.retry_for);
        loop {
            let outcome = self.send(&message, file).await;
            let Some(source) = outcome.error else {
                return Ok(());
            };
            if !self.pause(&source, file, &mut retry).await {
                let (ledger, about) = (&self.config.ledger, Some(file));
                if let Some(error) = unwritten(&mut self.connection, &source, ledger, about, None).await {
                    return Err(error);
                }
                return Err(Error::Server {
                    what: what.to_owned(),
                    blockers: blockers_of(&source, outcome.blockers),
                    source,
                });
            }
        }
    }

    /// Waits before the next try, where the error is one that passes and there is time for another.
    async fn pause(&mut self, error: &sqlx::Error, file: &str, retry: &mut Retry) -> bool {
        let Some(sqlstate) = sqlstate(error).filter(|state| is_passing(state) && self.is_ready) else {
            return false;
        };
        let Some(pause) = retry.pause() else { return false };
        self.tell(Progress::Retrying {
            file: file.to_owned(),
            sqlstate: sqlstate.to_owned(),
            pause,
        });
        sleep(pause).await;
        true
    }

    /// Notes that a message gave the lock back.
    pub(crate) fn lock_is_released(&mut self) {
        self.holds_lock = false;
    }

    /// Gives the lock back and closes the connection. Where the message cannot be sent the end of the session gives it back.
    pub(crate) async fn close(mut self) {
        if self.holds_lock && self.is_ready {
            let _ = send(&mut self.connection, &lock::release(self.config)).await;
        }
        if let Some(watcher) = self.watcher {
            watcher.close().await;
        }
        session::close(self.connection).await;
    }
}

/// The sessions that were in the way, where that is why the message failed.
fn blockers_of(error: &sqlx::Error, seen: Vec<Holder>) -> Vec<Holder> {
    match sqlstate(error) {
        Some(state) if is_passing(state) => seen,
        _ => Vec::new(),
    }
}
