//! Applying what is pending, moved on by the caller or to its end.

use sqlx::postgres::PgConnectOptions;

use super::{batch::After, mark, supply::supply, work::Work};
use crate::{
    Applied, ApplyReport, Config, Error, Leftover, Migrations, Progress, Sessions,
    engine::{
        connection::{deadline::in_time, executor::Executor, session_defaults::SessionDefaults},
        ledger::{read::Ledger, schema::Missing, tables::Table, write},
        leftover,
        plan::pending::{Pending, Plan, plan},
        strings,
    },
    lex::settings_of_dates,
};

/// A run that applies one migration at a time, when the caller says so. Made by [`crate::Runner::start_apply`].
///
/// It holds the lock from its start to [`ApplyRun::finish`]; dropping it closes the connection, which gives the lock back as well.
/// With nothing to do there is no lock.
///
/// ```no_run
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// use migration_core::{Config, FolderConfig, Migrations, Runner};
///
/// let (options, config) = ("postgres://localhost/app".parse()?, Config::default());
/// let sets = [Migrations::from_dir("app", "migrations".as_ref(), None, &FolderConfig::default())?];
/// let runner = Runner::connect(&options, &config).await?;
/// let mut run = runner.start_apply(&sets, &config, |_| {}).await?;
/// while let Some(applied) = run.next().await? {
///     // Nothing runs here: the schema is that of this migration.
///     println!("applied {}", applied.file);
/// }
/// let report = run.finish().await;
/// # Ok(()) }
/// ```
pub struct ApplyRun<'r> {
    work: Work<'r>,
    pending: Vec<Pending<'r>>,
    /// How many of them ran.
    done: usize,
    /// Not while one runs, and not after one failed.
    goes_on: bool,
}

impl<'r> ApplyRun<'r> {
    /// A run with nothing to do.
    pub(crate) fn without_work(
        executor: Executor<'r>,
        sets: &'r [Migrations],
        config: &'r Config,
        report: ApplyReport,
    ) -> Self {
        Self {
            work: Work::new(executor, config, sets, report),
            pending: Vec::new(),
            done: 0,
            goes_on: true,
        }
    }

    /// Takes the lock where there is something to do. The connection is closed where that fails.
    pub(crate) async fn start(
        mut executor: Executor<'r>,
        options: &PgConnectOptions,
        sets: &'r [Migrations],
        seen: &Ledger,
        config: &'r Config,
    ) -> Result<Self, Error> {
        match prepare(&mut executor, options, sets, seen, config).await {
            Ok((report, pending, missing)) => {
                let mut run = Self::without_work(executor, sets, config, report);
                run.work.missing = missing;
                run.pending = pending;
                Ok(run)
            }
            Err(error) => {
                executor.close().await;
                Err(error)
            }
        }
    }

    /// Applies the next migration; `None` when there is no other. Between two calls nothing runs.
    ///
    /// A call that is dropped before it ends ends the run, as an error does: after that there is no next one.
    ///
    /// # Errors
    /// [`Error::Sql`] and [`Error::Lost`], and [`Error::Server`] for statements of the runner's own.
    pub async fn next(&mut self) -> Result<Option<Applied>, Error> {
        let count = self.advance(1, After::GoOn).await?;
        let last = self.work.report.applied.last();
        Ok(last.filter(|_| count > 0).cloned())
    }

    /// Component and name of the migrations that did not run yet, in their order.
    pub fn pending(&self) -> impl Iterator<Item = (&str, &str)> {
        let rest = self.pending[self.done..].iter();
        rest.map(|pending| (pending.component, pending.migration.filename.as_str()))
    }

    /// Applies at most so many of the next migrations, several in one message, and says how many: zero when there is no other. As
    /// with [`ApplyRun::next`], nothing runs between two calls.
    ///
    /// # Errors
    /// Those of [`ApplyRun::next`].
    pub async fn up_to(&mut self, count: usize) -> Result<usize, Error> {
        let mut ran = 0;
        while ran < count {
            let most = (count - ran).min(self.work.config.batch);
            match self.advance(most, After::GoOn).await? {
                0 => break,
                some => ran += some,
            }
        }
        Ok(ran)
    }

    /// Applies the next migration, and says what it left in the session that the one after it does not find.
    ///
    /// Settings that no module of the server defines, such as `app.tenant`, are among it where they are named here. Where the session
    /// is kept from file to file nothing is looked at.
    ///
    /// # Errors
    /// Those of [`ApplyRun::next`], and [`Error::NoAnswer`].
    pub async fn next_with_leftovers(&mut self, own_settings: &[String]) -> Result<Vec<Leftover>, Error> {
        let count = self.advance(1, After::Look).await?;
        let config = self.work.config;
        if count == 0 || config.sessions == Sessions::Kept {
            return Ok(Vec::new());
        }
        let taken = leftover::take(&mut self.work.executor, own_settings);
        in_time(config, "look at the session", taken).await
    }

    /// Gives the lock back and closes the connection. What did not run stays pending.
    pub async fn finish(self) -> ApplyReport {
        self.work.executor.close().await;
        self.work.report
    }

    /// Applies everything, several migrations in one message.
    pub(crate) async fn run_all(mut self) -> Result<ApplyReport, Error> {
        let mut ended = Ok(1);
        while let Ok(1..) = ended {
            ended = self.advance(self.work.config.batch, After::Release).await;
        }
        let report = self.finish().await;
        ended.map(|_| report)
    }

    async fn advance(&mut self, most: usize, at_end: After) -> Result<usize, Error> {
        if !self.goes_on {
            return Ok(0);
        }
        self.goes_on = false;
        let count = self
            .work
            .advance(&self.pending[self.done..], most, at_end)
            .await?;
        self.done += count;
        self.goes_on = true;
        Ok(count)
    }
}

impl std::fmt::Debug for ApplyRun<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ApplyRun")
            .field("report", &self.work.report)
            .field("pending", &(self.pending.len() - self.done))
            .finish_non_exhaustive()
    }
}

/// What a run begins with.
type Prepared<'r> = (ApplyReport, Vec<Pending<'r>>, Missing);

async fn prepare<'r>(
    executor: &mut Executor<'r>,
    options: &PgConnectOptions,
    sets: &'r [Migrations],
    seen: &Ledger,
    config: &Config,
) -> Result<Prepared<'r>, Error> {
    let first = plan(sets, seen, config).with_half_undone(sets, seen).fit()?;
    if !first.has_work() {
        if mark::is_due(seen, config) {
            mark::write_alone(executor, options, seen, config).await?;
        }
        return Ok((first.report(), Vec::new(), seen.missing.clone()));
    }
    let ledger = executor.take_lock(options, &seen.missing).await?;
    // While the lock was waited for another runner may have done the work.
    let plan = plan(sets, &ledger, config)
        .with_half_undone(sets, &ledger)
        .fit()?;
    let scripts = plan.pending.iter().map(|pending| &pending.migration.up);
    strings::fit(&executor.between().defaults, scripts)?;
    let pending = plan.pending.len();
    executor.tell(Progress::Planned { pending });
    if ledger.missing.has(Table::Rows) {
        supply(executor, sets, config).await?;
    }
    if let Some(unread) = unread(&plan, &executor.between().defaults) {
        executor.tell(unread);
    }
    let is_due = mark::is_due(&ledger, config);
    let (mut report, mut missing) = (plan.report(), ledger.missing);
    if is_due {
        mark::write(executor, &mut missing, config).await?;
    }
    report.restamped = restamp(executor, &plan, &mut missing, config).await?;
    Ok((report, plan.pending, missing))
}

/// The first migration that may depend on a setting which this role cannot read.
fn unread(plan: &Plan<'_>, defaults: &SessionDefaults) -> Option<Progress> {
    let unread = defaults.unread();
    if unread.is_empty() {
        return None;
    }
    plan.pending.iter().find_map(|pending| {
        let mut settings = settings_of_dates(&pending.migration.up.sql);
        settings.retain(|name| unread.contains(name));
        let file = pending.migration.filename.clone();
        (!settings.is_empty()).then_some(Progress::SettingsUnread { settings, file })
    })
}

/// Writes the checksums of files in which only comments or line ends changed; gives their names.
async fn restamp(
    executor: &mut Executor<'_>,
    plan: &Plan<'_>,
    missing: &mut Missing,
    config: &Config,
) -> Result<Vec<String>, Error> {
    if plan.restamp.is_empty() {
        return Ok(Vec::new());
    }
    let files = plan.restamp.iter();
    let statements: Vec<_> = files
        .flat_map(|(component, migration)| write::restamped(component, migration, config))
        .collect();
    let first = plan
        .restamp
        .first()
        .map_or("", |(_, migration)| &migration.filename);
    executor.make(missing, &[Table::Audit], first).await?;
    executor.write("write checksums anew", first, &statements).await?;
    for (component, migration) in &plan.restamp {
        executor.known().applied(component, migration);
    }
    let files = plan.restamp.iter();
    Ok(files.map(|(_, migration)| migration.filename.clone()).collect())
}
