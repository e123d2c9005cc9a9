//! Undoing migrations by their down scripts, the newest first, moved on by the caller or to its end.

use std::time::Instant;

use sqlx::postgres::PgConnectOptions;

use super::{
    aftermath::Aftermath,
    candidates::{Candidate, Target, candidates, may_roll_back},
    mark,
    message::{Message, Part},
    steps::Steps,
    subject::Subject,
};
use crate::{
    Config, Direction, Error, Migrations, Mode, Progress, RollbackReport, Script, Undone,
    engine::{
        connection::{deadline::in_time, executor::Executor, retry::Retry},
        ledger::{read, tables::Table, write},
        strings,
    },
};

/// A run that undoes one migration at a time, when the caller says so. Made by [`crate::Runner::start_rollback`].
///
/// It holds the lock from its start to [`RollbackRun::finish`]; dropping it closes the connection, which gives the lock back as well.
///
/// ```no_run
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// use migration_core::{Config, FolderConfig, Migrations, Runner, Target};
///
/// let (options, config) = ("postgres://localhost/app".parse()?, Config::default());
/// let sets = [Migrations::from_dir("app", "migrations".as_ref(), None, &FolderConfig::default())?];
/// let runner = Runner::connect(&options, &config).await?;
/// let mut run = runner.start_rollback(&sets, &Target::Reversible, &config, |_| {}).await?;
/// while let Some(undone) = run.next().await? {
///     // Nothing runs here: the schema is that of the migrations below this one.
///     println!("undone {}", undone.file);
/// }
/// let report = run.finish().await;
/// # Ok(()) }
/// ```
pub struct RollbackRun<'r> {
    executor: Executor<'r>,
    config: &'r Config,
    sets: &'r [Migrations],
    chosen: Vec<Candidate<'r>>,
    report: RollbackReport,
    /// Not while one runs, and not after one failed or lacked a down script.
    goes_on: bool,
}

impl<'r> RollbackRun<'r> {
    /// Takes the lock where there is something to undo. The connection is closed where that fails.
    pub(crate) async fn start(
        mut executor: Executor<'r>,
        options: &PgConnectOptions,
        sets: &'r [Migrations],
        target: &Target,
        config: &'r Config,
    ) -> Result<Self, Error> {
        match prepare(&mut executor, options, sets, target, config).await {
            Ok(chosen) => Ok(Self {
                executor,
                config,
                sets,
                chosen,
                report: RollbackReport::default(),
                goes_on: true,
            }),
            Err(error) => {
                executor.close().await;
                Err(error)
            }
        }
    }

    /// Undoes the next migration; `None` when there is no other, or it has no down script. Between two calls nothing runs.
    ///
    /// A call that is dropped before it ends ends the run, as an error does: after that there is no next one.
    ///
    /// # Errors
    /// [`Error::Sql`] and [`Error::Lost`], and [`Error::Server`] for statements of the runner's own.
    pub async fn next(&mut self) -> Result<Option<Undone>, Error> {
        let next = self.chosen.get(self.report.undone.len()).cloned();
        let Some(candidate) = next.filter(|_| self.goes_on) else {
            return Ok(None);
        };
        self.goes_on = false;
        let Some(down) = candidate.down() else {
            self.report.stopped_at = Some(candidate.migration.filename.clone());
            return Ok(None);
        };
        let undone = self.undo(&candidate, down).await?;
        self.executor.tell(Progress::Undone(undone.clone()));
        self.report.undone.push(undone.clone());
        self.goes_on = true;
        Ok(Some(undone))
    }

    /// Gives the lock back and closes the connection. What was not undone stays applied.
    pub async fn finish(self) -> RollbackReport {
        self.executor.close().await;
        self.report
    }

    /// Undoes everything that was chosen.
    pub(crate) async fn run_all(mut self) -> Result<RollbackReport, Error> {
        let mut ended = self.next().await;
        while let Ok(Some(_)) = ended {
            ended = self.next().await;
        }
        let report = self.finish().await;
        ended.map(|_| report)
    }

    async fn undo(&mut self, candidate: &Candidate<'r>, down: &'r Script) -> Result<Undone, Error> {
        let started = Instant::now();
        let filename = &candidate.migration.filename;
        let row = write::undone(candidate.component, filename, self.config);
        let subject = Subject {
            component: candidate.component,
            migration: candidate.migration,
            script: down,
            aftermath: Aftermath {
                direction: Direction::Down,
                steps: None,
                finished_before: self.report.undone.len(),
            },
            sets: self.sets,
            later: &[],
        };
        if down.mode == Mode::Transactional {
            let mut message = Message::default();
            let mut between = self.executor.between();
            between.begin(&mut message, [down].into_iter());
            between.file(&mut message, down, &row);
            message.push("COMMIT", Part::Commit);
            between.end(&mut message);
            let mut retry = Retry::new(self.config.retry_for);
            self.executor.run(&message, &subject, &mut retry).await?;
        } else {
            let steps = Steps {
                subject,
                config: self.config,
                unfinished: candidate.unfinished.as_ref(),
                row,
            };
            steps.run(&mut self.executor).await?;
        }
        self.executor.ran(filename, down);
        self.executor.known().undone(candidate.component, filename);
        Ok(Undone {
            component: candidate.component.to_owned(),
            version: candidate.migration.version.to_string(),
            file: filename.clone(),
            duration: started.elapsed(),
        })
    }
}

impl std::fmt::Debug for RollbackRun<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RollbackRun")
            .field("report", &self.report)
            .field("chosen", &self.chosen.len())
            .finish_non_exhaustive()
    }
}

async fn prepare<'r>(
    executor: &mut Executor<'r>,
    options: &PgConnectOptions,
    sets: &'r [Migrations],
    target: &Target,
    config: &Config,
) -> Result<Vec<Candidate<'r>>, Error> {
    let seen = in_time(
        config,
        "read the ledger",
        read::read(executor.connection(), config),
    )
    .await?;
    if seen.rows.is_empty() && !matches!(target, Target::To(_)) {
        return Ok(Vec::new());
    }
    may_roll_back(config)?;
    let ledger = executor.take_lock(options, &seen.missing).await?;
    let chosen = candidates(sets, &ledger, target, config)?;
    let scripts = chosen.iter().filter_map(Candidate::down);
    strings::fit(&executor.between().defaults, scripts)?;
    if !chosen.is_empty() {
        let first = chosen.first().map_or("", |first| &first.migration.filename);
        let mut missing = ledger.missing.clone();
        executor.make(&mut missing, &Table::ALL, first).await?;
        if mark::is_due(&ledger, config) {
            mark::write(executor, &mut missing, config).await?;
        }
    }
    Ok(chosen)
}
