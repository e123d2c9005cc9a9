//! Sending pending migrations: several in one message where they run in transactions, one in steps where not.

use super::{
    batch::{self, After, Batch},
    message::Message,
    steps::Steps,
    subject::Subject,
};
use crate::{
    Applied, ApplyReport, Config, Error, Migrations, Mode, Progress,
    engine::{
        connection::{
            executor::Executor,
            outcome::{Outcome, Record},
            retry::{Retry, Tries},
            server::{is_lost, offset, refusal},
        },
        ledger::{
            check::Depth,
            schema::{Missing, look_again},
            tables::Table,
            write,
        },
        plan::pending::Pending,
    },
};

/// A run under way: what it works with, and what it did so far.
pub(crate) struct Work<'r> {
    pub(crate) executor: Executor<'r>,
    pub(crate) config: &'r Config,
    pub(crate) sets: &'r [Migrations],
    /// Which of the ledger's tables are not there yet.
    pub(crate) missing: Missing,
    /// Which of them are made with the next message.
    made_first: &'static [Table],
    pub(crate) report: ApplyReport,
}

impl<'r> Work<'r> {
    /// A run that did nothing yet.
    pub(crate) fn new(
        executor: Executor<'r>,
        config: &'r Config,
        sets: &'r [Migrations],
        report: ApplyReport,
    ) -> Self {
        Self {
            executor,
            config,
            sets,
            missing: Missing::default(),
            made_first: &Table::ALL,
            report,
        }
    }

    /// Runs the first of these migrations, and at most so many of those behind it in the same message. Says how many ran: zero
    /// only where there are no more.
    ///
    /// # Errors
    /// Those of the first that did not end well; those before it are in the report.
    pub(crate) async fn advance(
        &mut self,
        rest: &[Pending<'r>],
        most: usize,
        at_end: After,
    ) -> Result<usize, Error> {
        let before = self.report.applied.len();
        if let Some(first) = rest.first() {
            if first.migration.up.mode == Mode::Transactional {
                self.in_batch(rest, most, at_end).await?;
            } else {
                self.in_steps(rest).await?;
            }
        }
        Ok(self.report.applied.len() - before)
    }

    async fn in_steps(&mut self, rest: &[Pending<'r>]) -> Result<(), Error> {
        let [first, later @ ..] = rest else { return Ok(()) };
        let subject = Subject::applied(first, later, self.sets, self.report.applied.len());
        let file = &first.migration.filename;
        let made = self.executor.make(&mut self.missing, &Table::ALL, file).await;
        made.map_err(|error| subject.at_step(0).or_lost(error))?;
        let steps = Steps {
            subject,
            config: self.config,
            unfinished: first.unfinished.as_ref(),
            row: Vec::from(write::applied(first, self.config, Depth::Table)),
        };
        let record = steps.run(&mut self.executor).await?;
        self.done(first, &record);
        Ok(())
    }

    async fn in_batch(&mut self, rest: &[Pending<'r>], most: usize, at_end: After) -> Result<(), Error> {
        let [first, ..] = rest else { return Ok(()) };
        let mut retry = Retry::new(self.config.retry_for);
        let mut most = most;
        let mut tries = Tries::default();
        loop {
            let batch = &rest[..batch::length(rest, most)];
            let is_last = batch.len() == rest.len();
            let after = match at_end {
                After::Release if !is_last => After::GoOn,
                at_end => at_end,
            };
            let make_ledger = self.missing.make(self.made_first, &self.config.ledger);
            let makes_ledger = !make_ledger.is_empty();
            let Batch { message, preamble } =
                batch::message(self.executor.between(), &make_ledger, batch, after);
            let outcome = self.executor.send(&message, &first.migration.filename).await;
            match outcome.error {
                None => {
                    self.missing.are_made(self.made_first);
                    if let After::Release = after {
                        self.executor.lock_is_released();
                    }
                    self.all_done(batch, &outcome.records);
                    return Ok(());
                }
                Some(_) if outcome.lost_lock(&message) && outcome.committed == 0 => {
                    self.executor.take_lock_again(&mut tries).await?;
                }
                // The text as a whole was refused. What comes before the file that is to blame is sent without it.
                Some(ref error) if !is_lost(error) && outcome.completed == 0 && batch.len() > 1 => {
                    most = before_refused(error, &message, batch);
                }
                Some(error)
                    if !is_lost(&error) && makes_ledger && (1..preamble).contains(&outcome.completed) =>
                {
                    self.look_again(error, rest).await?;
                }
                Some(_) => {
                    if outcome.completed >= preamble {
                        self.missing.are_made(self.made_first);
                    }
                    if self.ended_early(&message, outcome, rest, &mut retry).await? {
                        return Ok(());
                    }
                }
            }
        }
    }

    /// After a batch that did not come to its end: says whether some of it is done. What is not may be tried again.
    async fn ended_early(
        &mut self,
        message: &Message<'_>,
        outcome: Outcome,
        rest: &[Pending<'r>],
        retry: &mut Retry,
    ) -> Result<bool, Error> {
        let committed = outcome.committed.min(rest.len());
        let (done, rest) = rest.split_at(committed);
        if committed > 0 {
            if !outcome.error.as_ref().is_some_and(is_lost) {
                let mut between = self.executor.between();
                done.iter().for_each(|pending| between.ran(&pending.migration.up));
                self.executor.tidy(&batch::flush(&between).text).await;
            }
            self.all_done(done, &outcome.records);
            if outcome.lost_lock(message) {
                return Ok(true);
            }
            *retry = Retry::new(self.config.retry_for);
        }
        let [failed, later @ ..] = rest else {
            return Ok(true);
        };
        let subject = Subject::applied(failed, later, self.sets, self.report.applied.len());
        self.executor.try_again(message, outcome, &subject, retry).await?;
        Ok(committed > 0)
    }

    /// What of the ledger is missing after it could not be made.
    ///
    /// A ledger of an earlier version may lack tables that nothing can make any more. A run that does without them goes on; any other
    /// tries again as long as a lock is in the way.
    async fn look_again(&mut self, error: sqlx::Error, rest: &[Pending<'r>]) -> Result<(), Error> {
        let error = Error::server("make the ledger")(error);
        let is_needed = |pending: &Pending<'_>| pending.migration.up.mode != Mode::Transactional;
        match look_again(self.executor.connection(), error, self.config).await {
            Ok(missing) => self.missing = missing,
            Err(_) if !self.missing.has(Table::Rows) && !rest.iter().any(is_needed) => {
                self.made_first = &[Table::Rows];
            }
            Err(_) => {
                let first = rest.first().map_or("", |first| &first.migration.filename);
                self.executor.make(&mut self.missing, &Table::ALL, first).await?;
            }
        }
        Ok(())
    }

    fn all_done(&mut self, batch: &[Pending<'r>], records: &[Record]) {
        for (pending, record) in batch.iter().zip(records) {
            self.done(pending, record);
        }
    }

    fn done(&mut self, pending: &Pending<'r>, record: &Record) {
        let applied = Applied {
            component: pending.component.to_owned(),
            version: pending.migration.version.to_string(),
            file: pending.migration.filename.clone(),
            applied_at: record.applied_at.clone(),
            duration: record.duration,
            mode: pending.migration.up.mode.clone(),
        };
        self.executor.ran(&applied.file, &pending.migration.up);
        self.executor
            .known()
            .applied(pending.component, pending.migration);
        self.executor.tell(Progress::Applied(applied.clone()));
        self.report.applied.push(applied);
    }
}

/// How many migrations of a batch come before the one whose text the server does not understand; one where it does not say.
fn before_refused(error: &sqlx::Error, message: &Message<'_>, batch: &[Pending<'_>]) -> usize {
    let script = refusal(error)
        .and_then(|refused| offset(refused, &message.text))
        .and_then(|at| message.in_script(at))
        .map(|(script, _)| script);
    let is_it =
        |pending: &Pending<'_>| script.is_some_and(|script| std::ptr::eq(script, &pending.migration.up));
    batch.iter().position(is_it).unwrap_or_default().max(1)
}
