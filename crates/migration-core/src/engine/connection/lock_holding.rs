//! The executor's lock: taking it, and taking it again where a migration gave it away.

use sqlx::postgres::PgConnectOptions;

use super::{executor::Executor, retry::Tries, session_defaults::SessionDefaults, watcher::Watcher};
use crate::{
    Error, LockLoss, Progress,
    engine::{
        ledger::{known::Known, read::Ledger, schema::Missing},
        lock::{self, Taking},
    },
};

impl Executor<'_> {
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
            lock::take(
                &mut self.connection,
                seen,
                Taking::First,
                self.config,
                &mut *self.progress
            ),
            Watcher::connect(options, self.config)
        );
        let taken = taken?;
        let watcher = Watcher::start(second, options, &mut self.connection, self.config, taken.pid);
        self.watcher = Some(watcher.await?);
        self.holds_lock = true;
        self.known = Known::of(&taken.ledger);
        self.between.defaults = SessionDefaults::of(&taken.settings, options);
        Ok(taken.ledger)
    }

    /// Takes the lock again, which a message found to be lost, and goes on only where nobody else wrote the ledger meanwhile.
    ///
    /// # Errors
    /// [`Error::LockLost`], with the file that gave the lock away.
    pub(crate) async fn take_lock_again(&mut self, tries: &mut Tries) -> Result<(), Error> {
        self.holds_lock = false;
        let file = self.ran_last.clone();
        let lost = |loss| Error::LockLost {
            file: file.clone(),
            loss,
        };
        if !tries.another() {
            return Err(lost(LockLoss::Again));
        }
        let nothing_seen = Missing::default();
        let taken = lock::take(
            &mut self.connection,
            &nothing_seen,
            Taking::Again,
            self.config,
            &mut *self.progress,
        )
        .await;
        let taken = match taken {
            Ok(taken) => Ok(taken),
            Err(error) => {
                self.tidy("ROLLBACK").await;
                Err(error)
            }
        };
        let taken = taken.map_err(|error| match error {
            Error::Locked { waited, holder } => lost(LockLoss::Held { waited, holder }),
            other => other,
        })?;
        self.holds_lock = true;
        if let Some(watcher) = &mut self.watcher {
            watcher.watch(taken.pid);
        }
        if !self.known.is(&taken.ledger) {
            return Err(lost(LockLoss::Changed));
        }
        self.tell(Progress::LockTakenAgain { file });
        Ok(())
    }
}
