//! The executor: sends messages over the connection that holds the lock, tries again after lock time-outs and deadlocks, names
//! the sessions that block a statement, and turns a refusal into an error that explains it.
//!
//! Applying, steps and rolling back all send through it, so that they do these things alike.

use sqlx::PgConnection;
use tokio::time::{sleep, timeout};

use super::{
    deadline::CLOSE_TIMEOUT,
    outcome::{Outcome, exchange},
    retry::{Retry, Tries, is_passing},
    server::{is_lost, refusal, send, sqlstate},
    session,
    silence::Silence,
    watcher::Watcher,
};
use crate::{
    Config, Error, Holder, Progress, Script,
    engine::{
        apply::{
            between_files::BetweenFiles,
            message::Message,
            refusal::{Refused, failure},
            subject::Subject,
        },
        ledger::{
            diagnose::unwritten,
            known::Known,
            schema::{Missing, look_again},
            tables::Table,
        },
        lock,
        progress::Listener,
        strings,
    },
};

/// The connection that does the work, and what is known of it.
pub(crate) struct Executor<'r> {
    pub(super) connection: PgConnection,
    pub(super) watcher: Option<Watcher>,
    pub(super) config: &'r Config,
    pub(super) progress: Box<Listener<'r>>,
    pub(super) holds_lock: bool,
    /// What the ledger said under the lock, and what this run wrote since.
    pub(super) known: Known,
    /// The last file that ran: where the lock is lost, it gave it away.
    pub(super) ran_last: Option<String>,
    /// The session as the files that ran have left it.
    pub(super) between: BetweenFiles<'r>,
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
            known: Known::default(),
            ran_last: None,
            between: BetweenFiles::new(config),
            is_ready: true,
        }
    }

    /// What the ledger says, for what this run writes.
    pub(crate) fn known(&mut self) -> &mut Known {
        &mut self.known
    }

    /// The session as the files that ran have left it.
    pub(crate) fn between(&self) -> BetweenFiles<'r> {
        self.between.clone()
    }

    /// Notes that statements of a file ran.
    pub(crate) fn ran(&mut self, file: &str, script: &Script) {
        self.between.ran(script);
        if self.ran_last.as_deref() != Some(file) {
            self.ran_last = Some(file.to_owned());
        }
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
        self.between.sent();
        let outcome = exchange(
            &mut self.connection,
            message,
            file,
            &mut self.watcher,
            self.config,
            &mut *self.progress,
        )
        .await;
        self.is_ready = match &outcome.error {
            None => true,
            Some(error) if is_lost(error) => false,
            Some(_) => self.tidy("ROLLBACK").await,
        };
        outcome
    }

    /// Sends something that makes no difference to what is told; says whether the server answered.
    pub(crate) async fn tidy(&mut self, sql: &str) -> bool {
        self.between.sent();
        let sent = timeout(self.config.answer_timeout, send(&mut self.connection, sql)).await;
        matches!(sent, Ok(Ok(_)))
    }

    /// The error of a message whose answer was given up, with what a second connection could find out.
    async fn given_up(&mut self, subject: &Subject<'_>, silence: Silence) -> Error {
        let ledger = match &mut self.watcher {
            Some(watcher) if silence != Silence::Server => watcher.settle(self.config).await,
            _ => None,
        };
        subject.outcome_unknown(silence, ledger.as_ref())
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
        let mut tries = Tries::default();
        loop {
            let outcome = self.send(message, subject.file()).await;
            if outcome.error.is_none() {
                return Ok(outcome);
            }
            if outcome.lost_lock(message) {
                self.take_lock_again(&mut tries).await?;
                continue;
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
        if let Some(silence) = outcome.given_up {
            return Err(self.given_up(subject, silence).await);
        }
        let blockers = blockers_of(&error, outcome.blockers);
        let Some(refused) = refusal(&error).filter(|_| !is_lost(&error)) else {
            return Err(subject.lost(error));
        };
        if self.pause(&error, subject.file(), retry).await {
            return Ok(());
        }
        if let Some(problem) = strings::cause(&mut self.connection, message, outcome.completed, &error).await
        {
            return Err(Error::unfit(problem));
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
            sessions: self.config.sessions,
        };
        Err(Error::Sql(Box::new(failure(subject, &refused, &blockers))))
    }

    /// Runs statements of the runner's own in one transaction, again where it meets a lock. The file is for the progress.
    ///
    /// # Errors
    /// [`Error::Server`].
    pub(crate) async fn write(&mut self, what: &str, file: &str, statements: &[String]) -> Result<(), Error> {
        let mut message = Message::default();
        self.between.own(&mut message, statements);
        let mut retry = Retry::new(self.config.retry_for);
        loop {
            let outcome = self.send(&message, file).await;
            let Some(source) = outcome.error else {
                return Ok(());
            };
            if outcome.given_up.is_some() {
                let (what, waited) = (what.to_owned(), self.config.answer_timeout);
                return Err(Error::NoAnswer { what, waited });
            }
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

    /// Makes those of the ledger's tables that are not there, in a transaction of their own. The file is for the progress.
    ///
    /// # Errors
    /// [`Error::Server`].
    pub(crate) async fn make(
        &mut self,
        missing: &mut Missing,
        tables: &[Table],
        file: &str,
    ) -> Result<(), Error> {
        loop {
            let statements = missing.make(tables, &self.config.ledger);
            if statements.is_empty() {
                return Ok(());
            }
            match self.write("make the ledger", file, &statements).await {
                Ok(()) => missing.are_made(tables),
                Err(error) => *missing = look_again(&mut self.connection, error, self.config).await?,
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
            let mut statements = self.between.leave();
            statements.push(lock::RELEASE.to_owned());
            let _ = timeout(CLOSE_TIMEOUT, send(&mut self.connection, &statements.join(";\n"))).await;
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
