//! Applying what is pending.

use sqlx::{PgConnection, postgres::PgConnectOptions};

use super::{
    batch::{self, After, Batch},
    message::Message,
    sql_failure::{Refused, hints},
    steps,
};
use crate::{
    Applied, ApplyReport, Config, Error, Migrations, Mode, Progress, SqlFailure,
    engine::{
        connection::{
            executor::{Desk, Outcome, Record},
            retry::{Retry, is_passing},
            server::{offset, refusal, send, sqlstate},
            session,
            watcher::Watcher,
        },
        ledger::{
            read::Ledger,
            schema::{Missing, Table, look_again, make},
            write,
        },
        lock,
        plan::pending::{Pending, Plan, plan},
        progress::Listener,
    },
};

/// Applies on a connection, when it is known what the ledger says or that there is none.
pub(crate) async fn on_connection(
    connection: &mut PgConnection,
    options: &PgConnectOptions,
    sets: &[Migrations],
    seen: &Ledger,
    config: &Config,
    progress: &mut Listener<'_>,
) -> Result<ApplyReport, Error> {
    let first = plan(sets, seen, config);
    refuse(&first)?;
    if !first.has_work() {
        return Ok(first.report());
    }
    // The two connections are made side by side: it costs nothing but the second one's start.
    let (taken, second) = tokio::join!(
        lock::take(connection, &seen.missing, config, progress),
        session::connect(options, config)
    );
    let taken = taken?;
    // While the lock was waited for another runner may have done the work.
    let plan = plan(sets, &taken.ledger, config);
    refuse(&plan)?;
    let watcher = Watcher::start(second, options, connection, config, taken.pid).await?;
    let desk = Desk {
        connection,
        watcher,
        look_every: config.look_every,
        progress,
        blockers: Vec::new(),
    };
    let mut work = Work {
        config,
        desk,
        plan: &plan,
        missing: taken.ledger.missing.clone(),
        report: plan.report(),
    };
    (work.desk.progress)(Progress::Planned {
        pending: plan.pending.len(),
    });
    let ended = work.all().await;
    if let Some(watcher) = work.desk.watcher.take() {
        watcher.close().await;
    }
    ended.map(|()| work.report)
}

pub(crate) fn refuse(plan: &Plan<'_>) -> Result<(), Error> {
    if plan.problems.is_empty() {
        Ok(())
    } else {
        Err(Error::Unfit {
            problems: plan.problems.clone(),
        })
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

/// A run on its way.
struct Work<'w, 'm, 'l> {
    config: &'w Config,
    desk: Desk<'w, 'l>,
    plan: &'w Plan<'m>,
    /// Which of the ledger's tables are not there yet.
    missing: Missing,
    report: ApplyReport,
}

impl Work<'_, '_, '_> {
    async fn all(&mut self) -> Result<(), Error> {
        self.restamp().await?;
        self.apply_all().await
    }

    async fn restamp(&mut self) -> Result<(), Error> {
        if self.plan.restamp.is_empty() {
            return Ok(());
        }
        let statements = self.plan.restamp.iter().map(|(component, migration)| {
            self.report.restamped.push(migration.filename.clone());
            write::restamped(component, migration, self.config)
        });
        let statements: Vec<_> = statements.collect();
        self.make(&[Table::Audit]).await?;
        send(self.desk.connection, &statements.join(";\n"))
            .await
            .map_err(Error::server("write checksums anew"))?;
        Ok(())
    }

    /// Makes tables of the ledger that are not there yet.
    async fn make(&mut self, tables: &[Table]) -> Result<(), Error> {
        make(self.desk.connection, &mut self.missing, tables, self.config).await
    }

    async fn apply_all(&mut self) -> Result<(), Error> {
        let plan = self.plan;
        let mut rest = plan.pending.as_slice();
        let mut retry = Retry::new(self.config.retry_for);
        let mut most = self.config.batch;
        while let Some(next) = rest.first() {
            if let Mode::NonTransactional { .. } = next.migration.up.mode {
                self.make(&[Table::Rows, Table::Progress, Table::Audit]).await?;
                let record = steps::apply(&mut self.desk, next, self.config).await;
                let record = record.map_err(|error| self.explained(error, rest))?;
                self.done(next, &record);
                rest = &rest[1..];
                continue;
            }
            let batch = &rest[..batch::length(rest, most)];
            let is_last = batch.len() == rest.len();
            let after = if is_last { After::Release } else { After::GoOn };
            let make_ledger = self.missing.make(&[Table::Rows], &self.config.ledger);
            let Batch { message, preamble } = batch::message(self.config, &make_ledger, batch, after);
            let outcome = self.desk.run(&message, &next.migration.filename).await;
            most = self.config.batch;
            match outcome.error {
                // The text as a whole was refused. What comes before the file that is to blame is sent without it.
                Some(ref error) if outcome.completed == 0 && batch.len() > 1 && refusal(error).is_some() => {
                    most = before_refused(error, &message, batch);
                    continue;
                }
                Some(error) if (1..preamble).contains(&outcome.completed) => {
                    self.missing = look_again(self.desk.connection, error, self.config).await?;
                    continue;
                }
                _ if outcome.completed >= preamble => self.missing.are_made(&[Table::Rows]),
                _ => {}
            }
            if outcome.error.is_some() && outcome.committed > 0 {
                // Should the connection be lost as well, there is nothing more to be done.
                let _ = send(self.desk.connection, &batch::flush(self.config)).await;
            }
            for (pending, record) in batch.iter().zip(outcome.records.iter().take(outcome.committed)) {
                self.done(pending, record);
            }
            let done = outcome.committed.min(batch.len());
            rest = &rest[done..];
            if done > 0 {
                retry = Retry::new(self.config.retry_for);
            }
            if outcome.error.is_some() {
                let Some(failed) = rest.first() else { break };
                self.failed(failed, &message, outcome, &mut retry, rest).await?;
            } else if is_last {
                return Ok(());
            }
        }
        // What runs in steps has no message of its own to put this into. The end of the session does it as well.
        let _ = send(self.desk.connection, &lock::release(self.config)).await;
        Ok(())
    }

    fn done(&mut self, pending: &Pending<'_>, record: &Record) {
        let applied = Applied {
            component: pending.component.to_owned(),
            version: pending.migration.version.to_string(),
            file: pending.migration.filename.clone(),
            applied_at: record.applied_at.clone(),
            duration: record.duration,
            mode: pending.migration.up.mode.clone(),
        };
        (self.desk.progress)(Progress::Applied(applied.clone()));
        self.report.applied.push(applied);
    }

    /// Tries again after a lock or a deadlock, while there is time; everything else is the end.
    async fn failed(
        &mut self,
        pending: &Pending<'_>,
        message: &Message<'_>,
        outcome: Outcome,
        retry: &mut Retry,
        rest: &[Pending<'_>],
    ) -> Result<(), Error> {
        let Some(error) = outcome.error else { return Ok(()) };
        let applied_before = self.report.applied.len();
        let Some(refused) = refusal(&error) else {
            return Err(Error::Lost {
                file: pending.migration.filename.clone(),
                applied_before,
                source: error,
            });
        };
        let state = sqlstate(&error).unwrap_or_default().to_owned();
        if is_passing(&state)
            && let Some(pause) = retry.pause()
        {
            send(self.desk.connection, "ROLLBACK")
                .await
                .map_err(Error::server("roll back"))?;
            let file = pending.migration.filename.clone();
            (self.desk.progress)(Progress::Retrying {
                file,
                sqlstate: state,
                pause,
            });
            tokio::time::sleep(pause).await;
            return Ok(());
        }
        let refused = Refused {
            error: refused,
            message,
            completed: outcome.completed,
        };
        let later: Vec<_> = rest
            .iter()
            .skip(1)
            .map(|later| (later.component, later.migration))
            .collect();
        Err(Error::Sql(Box::new(SqlFailure {
            component: pending.component.to_owned(),
            file: pending.migration.filename.clone(),
            place: refused.place(&pending.migration.up),
            sqlstate: state,
            message: refused.error.message().to_owned(),
            details: self.desk.details(&refused),
            hints: hints(refused.error, &later),
            aftermath: "nothing: its transaction was rolled back".into(),
            applied_before,
        })))
    }

    /// Adds to a failure of a step what only the whole run knows.
    fn explained(&self, error: Error, rest: &[Pending<'_>]) -> Error {
        let applied = self.report.applied.len();
        match error {
            Error::Sql(mut failure) => {
                failure.applied_before = applied;
                let later: Vec<_> = rest
                    .iter()
                    .skip(1)
                    .map(|later| (later.component, later.migration))
                    .collect();
                if failure.hints.is_empty() {
                    failure.hints = super::sql_failure::hints_of(&failure.sqlstate, &failure.message, &later);
                }
                Error::Sql(failure)
            }
            Error::Lost { file, source, .. } => Error::Lost {
                file,
                applied_before: applied,
                source,
            },
            other => other,
        }
    }
}
