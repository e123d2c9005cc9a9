//! One step of a script without a transaction: the statement and the record of it.

use super::{
    message::{Message, Part},
    own_transaction::group,
    subject::Subject,
};
use crate::{
    Config, Error, Problem, Progress,
    engine::{
        connection::{deadline::in_time, executor::Executor, retry::Retry},
        ledger::{audit, progress::ProgressRow, read::Unfinished},
        lock::OtherLocks,
        recover::{
            concurrent::is_named,
            invalid::{drop_index, finalize, in_its_place, leftovers, note_before},
        },
    },
};

/// A step of a script.
pub(crate) struct Step<'s> {
    pub(crate) index: usize,
    pub(crate) sql: &'s str,
    pub(crate) subject: Subject<'s>,
    pub(crate) config: &'s Config,
    pub(crate) on_record: ProgressRow<'s>,
    /// For all messages of the step together.
    pub(crate) retry: Retry,
}

impl Step<'_> {
    /// The statement and the record of its step, in one transaction and one message.
    pub(crate) async fn in_transaction(mut self, executor: &mut Executor<'_>) -> Result<(), Error> {
        let mut message = Message::of(format!("recording step {}", self.index + 1));
        let mut between = executor.between();
        between.check_lock(&mut message, OtherLocks::Keep);
        match group(self.sql) {
            // It brings its own transaction; its COMMIT gives way to the record and ours.
            Some(group) => message.beginning(self.subject.script, self.index, group.length, group.statements),
            None => {
                message.ours("BEGIN");
                message.statement(self.subject.script, self.index);
                message.all_ours(&between.set_again(self.sql));
            }
        }
        between.ran(self.subject.script);
        between.as_ourselves(&mut message);
        message.all_ours(&self.on_record.done(self.index + 1));
        message.push("COMMIT", Part::Commit);
        executor.run(&message, &self.subject, &mut self.retry).await?;
        self.is_done(executor);
        Ok(())
    }

    /// The statement outside a transaction, again where it met a lock. What a failed build of an index has left goes before each try.
    ///
    /// The note is that of an earlier run that came no further.
    pub(crate) async fn alone(
        &mut self,
        executor: &mut Executor<'_>,
        noted: Option<&str>,
    ) -> Result<(), Error> {
        self.drop_leftovers(executor, noted).await?;
        if self.finish_detaching(executor).await? {
            return self.record(executor).await;
        }
        let note = match noted {
            Some(note) => note.to_owned(),
            None => {
                let note = note_before(executor.connection(), self.sql);
                let note = in_time(self.config, "look at the catalog", note).await;
                note.map_err(|error| self.subject.or_lost(error))?
            }
        };
        let intend = self.on_record.intend(self.index, &note);
        let mut begin = Message::of(format!("recording that step {} begins", self.index + 1));
        let between = executor.between();
        between.check_lock(&mut begin, OtherLocks::Keep);
        between.as_ourselves(&mut begin);
        begin.all_ours(&intend);
        executor.run(&begin, &self.subject, &mut self.retry).await?;
        self.change_known(executor, |row| {
            row.running = Some(self.index);
            row.note.clone_from(&note);
        });
        let mut message = Message::default();
        message.statement(self.subject.script, self.index);
        loop {
            let outcome = executor.send(&message, self.subject.file()).await;
            if outcome.error.is_none() {
                if self.left_nothing_invalid(executor, &note).await? {
                    return self.record(executor).await;
                }
                continue;
            }
            executor
                .try_again(&message, outcome, &self.subject, &mut self.retry)
                .await?;
            self.drop_leftovers(executor, Some(&note)).await?;
            if self.finish_detaching(executor).await? {
                return self.record(executor).await;
            }
        }
    }

    /// Whether a statement that ended well did all of it; otherwise it has to run again.
    ///
    /// With `IF NOT EXISTS` a build ends well where an index of that name is there, INVALID or not.
    async fn left_nothing_invalid(&mut self, executor: &mut Executor<'_>, note: &str) -> Result<bool, Error> {
        let found = in_its_place(executor.connection(), self.sql);
        let found = in_time(self.config, "look at the catalog", found).await;
        let found = found.map_err(|error| self.subject.or_lost(error))?;
        if found.is_none() && is_named(self.sql) {
            return Ok(true);
        }
        let dropped = self.drop_leftovers(executor, Some(note)).await?;
        match found {
            None => Ok(true),
            Some(_) if dropped > 0 => Ok(false),
            Some(index) => {
                let start = self.subject.script.statements.get(self.index);
                let start = start.map_or(0, |statement| statement.start);
                Err(Error::unfit(Problem::InvalidIndex {
                    file: self.subject.file().to_owned(),
                    place: Box::new(self.subject.script.place(start)),
                    index,
                }))
            }
        }
    }

    /// Ends what an earlier try of detaching a partition began. Says whether that was all.
    async fn finish_detaching(&mut self, executor: &mut Executor<'_>) -> Result<bool, Error> {
        let finalize = finalize(executor.connection(), self.sql);
        let finalize = in_time(self.config, "look at the catalog", finalize).await;
        let Some(finalize) = finalize.map_err(|error| self.subject.or_lost(error))? else {
            return Ok(false);
        };
        self.ours(executor, "ending an interrupted `DETACH PARTITION`", &[finalize])
            .await?;
        Ok(true)
    }

    /// Records that it is done.
    pub(crate) async fn record(&mut self, executor: &mut Executor<'_>) -> Result<(), Error> {
        let mut between = executor.between();
        let mut statements = between.set_again(self.sql);
        between.ran(self.subject.script);
        statements.extend(between.role());
        statements.extend(self.on_record.done(self.index + 1));
        self.ours(
            executor,
            &format!("recording step {}", self.index + 1),
            &statements,
        )
        .await?;
        self.is_done(executor);
        Ok(())
    }

    fn is_done(&self, executor: &mut Executor<'_>) {
        self.change_known(executor, |row| {
            row.steps_done = self.index + 1;
            row.running = None;
            row.note.clear();
        });
    }

    /// Notes what was written into the row of the migration's steps.
    fn change_known(&self, executor: &mut Executor<'_>, change: impl FnOnce(&mut Unfinished)) {
        executor
            .known()
            .changed(self.subject.component, self.subject.file(), change);
    }

    /// Drops what failed builds have left, and says how many there were.
    async fn drop_leftovers(
        &mut self,
        executor: &mut Executor<'_>,
        noted: Option<&str>,
    ) -> Result<usize, Error> {
        let found = leftovers(executor.connection(), self.sql, noted);
        let found = in_time(self.config, "look at the catalog", found).await;
        let found = found.map_err(|error| self.subject.or_lost(error))?;
        let count = found.len();
        for index in found {
            self.ours(
                executor,
                &format!("dropping the invalid index `{index}`"),
                &[drop_index(&index)],
            )
            .await?;
            let (component, file) = (self.subject.component, self.subject.file());
            let mut note = executor.between().role();
            note.extend(audit::noted(
                "dropped invalid index",
                component,
                file,
                &index,
                self.config,
            ));
            self.ours(executor, "writing the audit", &note).await?;
            executor.tell(Progress::InvalidIndexDropped { index });
        }
        Ok(count)
    }

    /// Statements of the runner's own.
    async fn ours(
        &mut self,
        executor: &mut Executor<'_>,
        purpose: &str,
        statements: &[String],
    ) -> Result<(), Error> {
        let mut message = Message::of(purpose);
        message.all_ours(statements);
        executor.run(&message, &self.subject, &mut self.retry).await?;
        Ok(())
    }
}
