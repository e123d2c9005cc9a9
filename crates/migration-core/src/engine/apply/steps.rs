//! A script that cannot run in a transaction, statement by statement, each on record.
//!
//! A statement that can run in a transaction commits together with the record of its step. Of one that cannot, the intent is
//! recorded first; a run that finds an intent without its end looks in the catalog for what became of it.

use std::time::{Duration, Instant};

use diagnostic::Fact;

use super::{
    message::{Message, Part},
    sql_failure::Refused,
};
use crate::{
    Config, Direction, Error, Problem, Progress, Script, SqlFailure,
    engine::{
        config::literal,
        connection::{
            executor::{Desk, Record},
            retry::{Retry, is_passing},
            server::{refusal, send, sqlstate},
            session,
        },
        ledger::{read::Unfinished, write},
        plan::pending::Pending,
        recover::invalid::{Effect, drop_leftovers, effect, indexes_before},
    },
    hex::hex,
    lex::{Control, control, needs_own_transaction, split},
};

/// A script on its way through its steps.
pub(crate) struct Steps<'s> {
    pub(crate) component: &'s str,
    pub(crate) filename: &'s str,
    pub(crate) script: &'s Script,
    pub(crate) direction: Direction,
    pub(crate) config: &'s Config,
    pub(crate) unfinished: Option<&'s Unfinished>,
}

/// Applies a migration in steps, from where an earlier run left it.
pub(crate) async fn apply(
    desk: &mut Desk<'_, '_>,
    pending: &Pending<'_>,
    config: &Config,
) -> Result<Record, Error> {
    let steps = Steps {
        component: pending.component,
        filename: &pending.migration.filename,
        script: &pending.migration.up,
        direction: Direction::Up,
        config,
        unfinished: pending.unfinished,
    };
    let started = Instant::now();
    steps.run(desk).await?;
    let mut message = Message::default();
    steps.finish(&mut message, &write::applied(pending, config), started.elapsed());
    let outcome = desk.run(&message, &pending.migration.filename).await;
    if let Some(source) = outcome.error {
        return Err(Error::Server {
            what: "write the ledger".into(),
            source,
        });
    }
    let record = outcome.records.into_iter().next();
    Ok(record.unwrap_or_default())
}

impl Steps<'_> {
    /// Runs the steps that are left.
    pub(crate) async fn run(&self, desk: &mut Desk<'_, '_>) -> Result<(), Error> {
        let reset = session::reset(self.config).join(";\n");
        let begin = format!("{reset};\n{}", self.begin());
        send(desk.connection, &begin)
            .await
            .map_err(Error::server("record the first step"))?;
        let of = self.script.statements.len();
        let first = self.unfinished.map_or(0, |unfinished| unfinished.steps_done);
        for index in first..of {
            self.step(desk, index).await?;
            (desk.progress)(Progress::Step {
                file: self.filename.to_owned(),
                step: index + 1,
                of,
            });
        }
        Ok(())
    }

    async fn step(&self, desk: &mut Desk<'_, '_>, index: usize) -> Result<(), Error> {
        let sql = self.text(index);
        if !runs_alone(sql) {
            return self.in_transaction(desk, index).await;
        }
        let interrupted = self
            .unfinished
            .filter(|unfinished| unfinished.running == Some(index));
        if let Some(unfinished) = interrupted {
            match effect(desk.connection, sql, &unfinished.note).await? {
                Effect::Done => return self.set_done(desk, index).await,
                Effect::Unknown => return Err(self.unsure(index)),
                Effect::Run => {}
            }
        }
        let before = interrupted.map(|unfinished| unfinished.note.as_str());
        self.drop_leftovers(desk, sql, before).await?;
        let note = match before {
            Some(note) => note.to_owned(),
            None => indexes_before(desk.connection, sql).await?,
        };
        self.intend(desk, index, &note).await?;
        let mut message = Message::default();
        message.statement(self.script, index);
        self.send(desk, index, &message).await?;
        self.set_done(desk, index).await
    }

    async fn drop_leftovers(
        &self,
        desk: &mut Desk<'_, '_>,
        sql: &str,
        before: Option<&str>,
    ) -> Result<(), Error> {
        for index in drop_leftovers(desk.connection, sql, before).await? {
            let note = write::noted(
                "dropped invalid index",
                self.component,
                self.filename,
                &index,
                self.config,
            );
            send(desk.connection, &note)
                .await
                .map_err(Error::server("write the audit"))?;
            (desk.progress)(Progress::InvalidIndexDropped { index });
        }
        Ok(())
    }

    /// The statement and the record of its step, in one transaction and one message.
    async fn in_transaction(&self, desk: &mut Desk<'_, '_>, index: usize) -> Result<(), Error> {
        let mut message = Message::default();
        match group(self.text(index)) {
            // It brings its own transaction; its COMMIT gives way to the record and ours.
            Some(group) => message.beginning(self.script, index, group.length, group.statements),
            None => {
                message.ours("BEGIN");
                message.statement(self.script, index);
            }
        }
        message.ours(&self.done(index));
        message.push("COMMIT", Part::Commit);
        self.send(desk, index, &message).await
    }

    /// Sends the message of a step, again where it met a lock.
    async fn send(&self, desk: &mut Desk<'_, '_>, index: usize, message: &Message<'_>) -> Result<(), Error> {
        let mut retry = Retry::new(self.config.retry_for);
        loop {
            let outcome = desk.run(message, self.filename).await;
            let Some(error) = outcome.error else { return Ok(()) };
            let Some(refused) = refusal(&error) else {
                return Err(Error::Lost {
                    file: self.filename.to_owned(),
                    applied_before: 0,
                    source: error,
                });
            };
            let state = sqlstate(&error).unwrap_or_default().to_owned();
            let _ = send(desk.connection, "ROLLBACK").await;
            if is_passing(&state)
                && let Some(pause) = retry.pause()
            {
                (desk.progress)(Progress::Retrying {
                    file: self.filename.to_owned(),
                    sqlstate: state,
                    pause,
                });
                tokio::time::sleep(pause).await;
                self.drop_leftovers(desk, self.text(index), None).await?;
                continue;
            }
            let _ = send(desk.connection, &self.forget_intent()).await;
            let refused = Refused {
                error: refused,
                message,
                completed: outcome.completed,
            };
            let details = desk.details(&refused);
            return Err(Error::Sql(Box::new(
                self.failure(index, &refused, details, state),
            )));
        }
    }

    fn failure(
        &self,
        index: usize,
        refused: &Refused<'_>,
        details: Vec<Fact>,
        sqlstate: String,
    ) -> SqlFailure {
        let of = self.script.statements.len();
        let aftermath = match index {
            0 => format!("none of its {of} steps: it runs without a transaction"),
            done => format!(
                "{done} of its {of} steps: it runs without a transaction, and another run goes on with step {}",
                done + 1
            ),
        };
        SqlFailure {
            component: self.component.to_owned(),
            file: self.filename.to_owned(),
            place: refused.place(self.script),
            sqlstate,
            message: refused.error.message().to_owned(),
            details,
            hints: Vec::new(),
            aftermath,
            applied_before: 0,
        }
    }

    fn unsure(&self, index: usize) -> Error {
        let start = self
            .script
            .statements
            .get(index)
            .map_or(0, |statement| statement.start);
        Error::unfit(Problem::Unsure {
            file: self.filename.to_owned(),
            place: Box::new(self.script.place(start)),
            step: index + 1,
            table: self.config.ledger.progress(),
        })
    }

    fn text(&self, index: usize) -> &str {
        self.script
            .statements
            .get(index)
            .map_or("", |statement| &self.script.sql[statement.start..statement.end])
    }

    fn begin(&self) -> String {
        let direction = self.direction.as_str();
        format!(
            "INSERT INTO {} (component, filename, direction, checksum, steps_total, steps_done, started_by) \
             VALUES ({}, {}, '{direction}', {}, {}, 0, session_user) ON CONFLICT (component, filename) DO NOTHING",
            self.config.ledger.progress(),
            literal(self.component),
            literal(self.filename),
            literal(&hex(&self.script.checksum)),
            self.script.statements.len()
        )
    }

    fn update(&self, what: &str) -> String {
        let (component, filename) = (literal(self.component), literal(self.filename));
        let table = self.config.ledger.progress();
        format!("UPDATE {table} SET {what} WHERE component = {component} AND filename = {filename}")
    }

    fn done(&self, index: usize) -> String {
        self.update(&format!("steps_done = {}, running = NULL, note = ''", index + 1))
    }

    fn forget_intent(&self) -> String {
        self.update("running = NULL, note = ''")
    }

    async fn intend(&self, desk: &mut Desk<'_, '_>, index: usize, note: &str) -> Result<(), Error> {
        let sql = self.update(&format!("running = {index}, note = {}", literal(note)));
        send(desk.connection, &sql)
            .await
            .map_err(Error::server("record a step"))?;
        Ok(())
    }

    async fn set_done(&self, desk: &mut Desk<'_, '_>, index: usize) -> Result<(), Error> {
        send(desk.connection, &self.done(index))
            .await
            .map_err(Error::server("record a step"))?;
        Ok(())
    }

    /// The ledger's row and the end of the steps, in one transaction.
    ///
    /// The server's clock counts from the last message only; the time before it is this process's to count.
    pub(crate) fn finish(&self, message: &mut Message<'_>, ledger: &str, elapsed: Duration) {
        message.all_ours(&session::reset(self.config));
        message.ours(&write::start_clock_before(elapsed));
        message.ours("BEGIN");
        message.push(ledger, Part::Record);
        message.ours(&format!(
            "DELETE FROM {} WHERE component = {} AND filename = {}",
            self.config.ledger.progress(),
            literal(self.component),
            literal(self.filename)
        ));
        message.push("COMMIT", Part::Commit);
    }
}

/// Whether the statement has to be a message of its own, outside a transaction. A `CALL` may commit inside.
fn runs_alone(sql: &str) -> bool {
    let is_other_group = begins_transaction(sql) && group(sql).is_none();
    needs_own_transaction(sql).is_some() || is_call(sql) || is_other_group
}

fn is_call(sql: &str) -> bool {
    let first = sql
        .split(|c: char| !c.is_ascii_alphabetic())
        .next()
        .unwrap_or_default();
    first.eq_ignore_ascii_case("call")
}

fn begins_transaction(sql: &str) -> bool {
    let first = sql.split(';').next().unwrap_or_default();
    matches!(control(first), Some(Control::Begin | Control::BeginWithOptions))
}

/// A file's own `BEGIN … COMMIT`, kept together as one statement.
struct Group {
    /// How long it is without its COMMIT.
    length: usize,
    /// How many statements that is.
    statements: usize,
}

fn group(sql: &str) -> Option<Group> {
    if !begins_transaction(sql) {
        return None;
    }
    let statements = split(sql);
    let last = statements.last()?;
    let commits = control(&sql[last.start..last.end]) == Some(Control::Commit);
    commits.then_some(Group {
        length: last.start,
        statements: statements.len() - 1,
    })
}
