//! A script that cannot run in a transaction, statement by statement, each on record.
//!
//! A statement that can run in a transaction commits together with the record of its step. Of one that cannot, the intent is
//! recorded first; a run that finds an intent without its end looks in the catalog for what became of it.

use std::time::{Duration, Instant};

use super::{
    between_files::BetweenFiles,
    message::{Message, Part},
    own_transaction::runs_alone,
    step::Step,
    subject::Subject,
};
use crate::{
    Config, Direction, Error, Problem, Progress, Protection, Sessions,
    engine::{
        connection::{deadline::in_time, executor::Executor, outcome::Record, retry::Retry, session},
        ledger::{audit::noted, progress::ProgressRow, read::Unfinished, write},
        lock::OtherLocks,
        recover::invalid::{Effect, effect},
    },
    hex::hex,
    lex::{may_need_own_transaction, sets_for_session},
};

/// A script on its way through its steps, on the way up or down.
pub(crate) struct Steps<'s> {
    pub(crate) subject: Subject<'s>,
    pub(crate) config: &'s Config,
    /// What an earlier run has left.
    pub(crate) unfinished: Option<&'s Unfinished>,
    /// The statements that write the migration's row of the ledger, or remove it, and check that.
    pub(crate) row: Vec<String>,
}

impl<'s> Steps<'s> {
    /// Runs the steps that are left, and writes the ledger.
    pub(crate) async fn run(&self, executor: &mut Executor<'_>) -> Result<Record, Error> {
        let started = Instant::now();
        let of = self.subject.script.statements.len();
        let first = self.unfinished.map_or(0, |unfinished| unfinished.steps_done);
        let mut message = Message::of("recording that it begins");
        let mut between = executor.between();
        between.begin(&mut message, [self.subject.script].into_iter());
        self.set_as_before(first, &mut between, &mut message);
        if self.config.sessions == Sessions::Isolated {
            message.ours("DISCARD SEQUENCES");
        }
        between.check_before(&mut message, Some(self.subject.script));
        between.as_ourselves(&mut message);
        let direction = self.subject.aftermath.direction;
        message.all_ours(&self.on_record().begin(direction, self.subject.script, first));
        message.all_ours(&self.begun(direction));
        executor
            .run(&message, &self.subject.at_step(first), &mut self.retry())
            .await?;
        executor.known().began(self.beginning());
        for index in first..of {
            self.step(executor, index).await?;
            executor.ran(self.subject.file(), self.subject.script);
            executor.tell(Progress::Step {
                file: self.subject.file().to_owned(),
                step: index + 1,
                of,
            });
        }
        let message = self.last(executor.between(), started.elapsed());
        let outcome = executor
            .run(&message, &self.subject.at_step(of), &mut self.retry())
            .await?;
        let (component, file) = (self.subject.component, self.subject.file());
        executor.known().ended(component, file);
        Ok(outcome.records.into_iter().next().unwrap_or_default())
    }

    /// Sets again what the steps that are done have set for their session, which is not this one.
    fn set_as_before<'m>(&self, first: usize, between: &mut BetweenFiles<'_>, message: &mut Message<'m>) {
        let script = self.subject.script;
        for statement in script.statements.iter().take(first) {
            let sql = &script.sql[statement.start..statement.end];
            if sets_for_session(sql) {
                message.ours(sql);
                message.all_ours(&between.set_again(sql));
                between.ran(script);
            }
        }
    }

    /// What the ledger says of it when it begins.
    fn beginning(&self) -> Unfinished {
        Unfinished {
            component: self.subject.component.to_owned(),
            filename: self.subject.file().to_owned(),
            direction: self.subject.aftermath.direction,
            checksum: hex(&self.subject.script.checksum),
            steps_done: 0,
            running: None,
            note: String::new(),
        }
    }

    async fn step(&self, executor: &mut Executor<'_>, index: usize) -> Result<(), Error> {
        let script = self.subject.script;
        let statement = script.statements.get(index);
        let mut step = Step {
            index,
            sql: statement.map_or("", |statement| &script.sql[statement.start..statement.end]),
            subject: self.subject.at_step(index),
            config: self.config,
            on_record: self.on_record(),
            retry: self.retry(),
        };
        let is_sent_with_others = script.in_one_message && may_need_own_transaction(step.sql).is_some();
        if is_sent_with_others || !runs_alone(step.sql) {
            return step.in_transaction(executor).await;
        }
        let begun = self.unfinished.filter(|left| left.steps_done == index);
        if let Some(left) = begun.filter(|left| left.running == Some(index)) {
            let found = effect(executor.connection(), step.sql, &left.note);
            let found = in_time(self.config, "look at the catalog", found).await;
            match found.map_err(|error| step.subject.or_lost(error))? {
                Effect::Done => return step.record(executor).await,
                Effect::Unknown => return Err(self.unsure(index)),
                Effect::Run => {}
            }
        }
        let noted = begun.filter(|left| left.running.is_some() || !left.note.is_empty());
        let ended = step.alone(executor, noted.map(|left| left.note.as_str())).await;
        if let Err(Error::Sql(_)) = &ended {
            // Should that fail, the next run looks in the catalog.
            executor.tidy(&self.on_record().forget_intent().join(";\n")).await;
        }
        ended
    }

    /// The ledger's row and the end of the steps, in one transaction.
    ///
    /// The server's clock counts from the last message only; the time before it is this process's to count.
    fn last(&self, mut between: BetweenFiles<'_>, elapsed: Duration) -> Message<'s> {
        let mut message = Message::of("writing the ledger");
        between.begin(&mut message, std::iter::empty());
        between.start_clock(&mut message, &write::start_clock_before(elapsed));
        between.check_lock(&mut message, OtherLocks::Keep);
        message.ours(session::BEGIN);
        between.as_ourselves(&mut message);
        message.all_of_record(&self.row);
        message.all_ours(&self.on_record().delete());
        message.push("COMMIT", Part::Commit);
        message
    }

    /// The table of steps does not say in which environment they run, so that the audit does where it is protected: the first
    /// migration of a database may be given up before the ledger has a row.
    fn begun(&self, direction: Direction) -> Vec<String> {
        if self.unfinished.is_some() || self.config.environment.protection == Protection::Open {
            return Vec::new();
        }
        let what = match direction {
            Direction::Up => "its up script, without a transaction",
            Direction::Down => "its down script, without a transaction",
        };
        let subject = &self.subject;
        Vec::from(noted(
            "begun",
            subject.component,
            subject.file(),
            what,
            self.config,
        ))
    }

    fn unsure(&self, index: usize) -> Error {
        let script = self.subject.script;
        let start = script
            .statements
            .get(index)
            .map_or(0, |statement| statement.start);
        Error::unfit(Problem::Unsure {
            file: self.subject.file().to_owned(),
            place: Box::new(script.place(start)),
            step: index + 1,
            table: self.config.ledger.progress(),
        })
    }

    fn on_record(&self) -> ProgressRow<'s> {
        ProgressRow {
            ledger: &self.config.ledger,
            component: self.subject.component,
            filename: self.subject.file(),
        }
    }

    fn retry(&self) -> Retry {
        Retry::new(self.config.retry_for)
    }
}
