//! Applying what is pending.

use std::time::{Duration, Instant};

use rand::RngExt;
use sqlx::{PgConnection, postgres::PgConnectOptions};

use super::{
    Applied, ApplyReport, Config, Progress, SqlFailure,
    explain::{Refused, hints},
    ledger, lock,
    message::{Message, Part},
    plan::{Pending, Plan, plan},
    progress::Listener,
    record,
    run::{Desk, Outcome, Record},
    server::{refusal, send, sqlstate},
    session, steps,
    watcher::Watcher,
};
use crate::{Error, Migrations, Mode};

/// How many bytes of migrations go into one message at most, unless one alone has more.
const BATCH_BYTES: usize = 256 * 1024;

/// The first pause before a migration that met a lock is tried again, and the longest; both jittered by half.
const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Applies what is pending in these folders, in their order.
///
/// Each migration commits together with its row of the ledger, several of them in one message; one that cannot run in a
/// transaction runs step by step, each step on record. With nothing to do it takes no lock and two round trips. Dropping the
/// future closes the connection, and the server undoes what was not committed.
///
/// # Errors
/// [`Error::Unfit`] and [`Error::Locked`] before anything is written; [`Error::Sql`] and [`Error::Lost`] with everything before
/// the migration they name applied.
pub async fn apply(
    options: &PgConnectOptions,
    sets: &[Migrations],
    config: &Config,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<ApplyReport, Error> {
    let mut connection = session::connect(options, config).await?;
    let ended = on_connection(&mut connection, options, sets, config, progress).await;
    session::close(connection).await;
    ended
}

async fn on_connection(
    connection: &mut PgConnection,
    options: &PgConnectOptions,
    sets: &[Migrations],
    config: &Config,
    progress: &mut Listener<'_>,
) -> Result<ApplyReport, Error> {
    let seen = ledger::read(connection, config).await?;
    let first = plan(sets, &seen, config);
    refuse(&first)?;
    if !first.has_work() {
        return Ok(first.report());
    }
    // The two connections are made side by side: it costs nothing but the second one's start.
    let (taken, second) = tokio::join!(
        lock::take(connection, &seen, config, progress),
        session::connect(options, config)
    );
    let taken = taken?;
    // While the lock was waited for another runner may have done the work.
    let plan = plan(sets, &taken.ledger, config);
    refuse(&plan)?;
    let watcher = Watcher::start(second, connection, config, taken.pid).await?;
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

pub(super) fn refuse(plan: &Plan<'_>) -> Result<(), Error> {
    if plan.problems.is_empty() {
        Ok(())
    } else {
        Err(Error::Unfit {
            problems: plan.problems.clone(),
        })
    }
}

/// A run on its way.
struct Work<'w, 'm, 'l> {
    config: &'w Config,
    desk: Desk<'w, 'l>,
    plan: &'w Plan<'m>,
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
            record::restamped(component, migration, self.config)
        });
        let message = statements.collect::<Vec<_>>().join(";\n");
        send(self.desk.connection, &message)
            .await
            .map_err(Error::server("write checksums anew"))?;
        Ok(())
    }

    async fn apply_all(&mut self) -> Result<(), Error> {
        let plan = self.plan;
        let mut rest = plan.pending.as_slice();
        let mut retry = Retry::new(self.config.retry_for);
        while let Some(next) = rest.first() {
            if let Mode::NonTransactional { .. } = next.migration.up.mode {
                let record = steps::apply(&mut self.desk, next, self.config).await;
                let record = record.map_err(|error| self.explained(error, rest))?;
                self.done(next, &record);
                rest = &rest[1..];
                continue;
            }
            let batch = &rest[..batch(rest, self.config.batch)];
            let is_last = batch.len() == rest.len();
            let message = message(
                self.config,
                batch,
                if is_last { After::Release } else { After::GoOn },
            );
            let outcome = self.desk.run(&message, &next.migration.filename).await;
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
                    failure.hints = super::explain::hints_of(&failure.sqlstate, &failure.message, &later);
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

/// What follows a batch.
#[derive(Debug, Clone, Copy)]
enum After {
    GoOn,
    Release,
}

/// One message: each migration in a transaction with its row.
fn message<'m>(config: &Config, batch: &'m [Pending<'m>], after: After) -> Message<'m> {
    let mut message = Message::default();
    for pending in batch {
        for setting in session::reset(config) {
            message.ours(&setting);
        }
        message.ours("BEGIN");
        message.script(&pending.migration.up);
        // A migration may have taken another role, which need not be allowed to write the ledger.
        message.ours("RESET SESSION AUTHORIZATION");
        message.ours("RESET ROLE");
        message.push(&record::applied(pending, config), Part::Record);
        message.push("COMMIT", Part::Commit);
    }
    if let After::Release = after {
        message.ours(&lock::release(config));
    }
    message
}

/// How many of the next migrations go into one message.
fn batch(rest: &[Pending<'_>], most: usize) -> usize {
    let mut bytes = 0;
    let fits = |pending: &&Pending<'_>| {
        bytes += pending.migration.up.sql.len();
        pending.migration.up.mode == Mode::Transactional && bytes <= BATCH_BYTES
    };
    rest.iter().take(most).take_while(fits).count().max(1)
}

/// 55P03: a lock was not to be had in time; 40P01: a deadlock; 40001: a conflict of serialisable transactions.
pub(super) fn is_passing(sqlstate: &str) -> bool {
    matches!(sqlstate, "55P03" | "40P01" | "40001")
}

/// The pauses between tries, until the time is up.
pub(super) struct Retry {
    next: Duration,
    until: Instant,
}

impl Retry {
    pub(super) fn new(limit: Duration) -> Self {
        Self {
            next: FIRST_PAUSE,
            until: Instant::now() + limit,
        }
    }

    /// The next pause, or nothing when it would end too late.
    pub(super) fn pause(&mut self) -> Option<Duration> {
        let pause = self.next.mul_f64(rand::rng().random_range(0.5..1.5));
        self.next = (self.next * 2).min(LONGEST_PAUSE);
        (Instant::now() + pause < self.until).then_some(pause)
    }
}
