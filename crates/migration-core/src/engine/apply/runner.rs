//! One connection for everything that a run asks: whether there is anything to do, what it would be, and doing it.

use sqlx::{PgConnection, postgres::PgConnectOptions};

use super::{candidates::Target, rollback::RollbackRun, run::ApplyRun};
use crate::{
    ApplyReport, Config, Error, Migrations, Overview, Progress, RollbackReport,
    engine::{
        connection::{deadline::in_time, executor::Executor, session},
        ledger::{
            digest::{DigestMatch, compare_digests},
            read::{self, Ledger},
        },
        plan::{overview::compare, pending::plan},
    },
};

/// A connection to a database whose migrations are looked at and applied.
///
/// It can be made while the folders are still being read: both take about as long.
///
/// ```no_run
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// use migration_core::{Config, FolderConfig, Migrations, Runner};
///
/// let (options, config) = ("postgres://localhost/app".parse()?, Config::default());
/// let runner = Runner::connect(&options, &config).await?;
/// let set = Migrations::from_dir("app", "migrations".as_ref(), None, &FolderConfig::default())?;
/// let report = runner.apply(&[set], &config, &mut |_| {}).await?;
/// # Ok(()) }
/// ```
#[derive(Debug)]
pub struct Runner {
    connection: PgConnection,
    options: PgConnectOptions,
    /// What the ledger said when it was last read.
    seen: Option<Ledger>,
}

impl Runner {
    /// Connects. Sends nothing yet.
    ///
    /// # Errors
    /// [`Error::Connect`].
    pub async fn connect(options: &PgConnectOptions, config: &Config) -> Result<Self, Error> {
        Ok(Self {
            connection: session::connect(options, config).await?,
            options: options.clone(),
            seen: None,
        })
    }

    /// The report of a run with nothing to do, where there is nothing to do. Takes no lock, writes nothing, and is one round trip.
    ///
    /// Nothing does not mean that all is well: what stands in the way of a run is for [`Runner::overview`] to say.
    ///
    /// # Errors
    /// [`Error::Server`].
    pub async fn up_to_date(
        &mut self,
        sets: &[Migrations],
        config: &Config,
    ) -> Result<Option<ApplyReport>, Error> {
        let compared = compare_digests(&mut self.connection, sets, config);
        match in_time(config, "read the ledger", compared).await? {
            DigestMatch::Same(ledger) => return Ok(Some(plan(sets, &ledger, config).report())),
            DigestMatch::Other {
                missing,
                protected_elsewhere,
            } => {
                let rows = read::rows(&mut self.connection, missing, config);
                self.seen = Some(Ledger {
                    protected_elsewhere,
                    ..in_time(config, "read the ledger", rows).await?
                });
            }
            DigestMatch::Absent => {}
        }
        Ok(None)
    }

    /// What is applied and what would run. Takes no lock and writes nothing.
    ///
    /// # Errors
    /// [`Error::Server`], and [`Error::Unfit`] for the ledger of another tool.
    pub async fn overview(&mut self, sets: &[Migrations], config: &Config) -> Result<Overview, Error> {
        let ledger = match self.seen.take() {
            Some(ledger) => ledger,
            None => {
                in_time(
                    config,
                    "read the ledger",
                    read::read(&mut self.connection, config),
                )
                .await?
            }
        };
        Ok(compare(sets, self.seen.insert(ledger), config))
    }

    /// Applies what is pending in these folders, in their order.
    ///
    /// Each migration commits together with its row of the ledger, several of them in one message; one that cannot run in a
    /// transaction runs step by step, each step on record. With nothing to do it takes no lock and one round trip, two where a
    /// migration ever ran without a transaction. The connection is closed in the end; dropping the future closes it as well, and the
    /// server undoes what was not committed.
    ///
    /// # Errors
    /// [`Error::Unfit`] and [`Error::Locked`] before anything is written; [`Error::Sql`] and [`Error::Lost`] with everything before
    /// the migration they name applied.
    pub async fn apply(
        self,
        sets: &[Migrations],
        config: &Config,
        progress: &mut (dyn FnMut(Progress) + Send),
    ) -> Result<ApplyReport, Error> {
        self.start_apply(sets, config, progress).await?.run_all().await
    }

    /// Takes the lock and applies nothing yet: [`ApplyRun::next`] applies one migration after the other, each when the caller wants it.
    ///
    /// # Errors
    /// [`Error::Unfit`] and [`Error::Locked`], with nothing written.
    pub async fn start_apply<'r>(
        mut self,
        sets: &'r [Migrations],
        config: &'r Config,
        progress: impl FnMut(Progress) + Send + 'r,
    ) -> Result<ApplyRun<'r>, Error> {
        let settled = match self.seen {
            Some(_) => Ok(None),
            None => self.up_to_date(sets, config).await,
        };
        let executor = Executor::new(self.connection, config, Box::new(progress));
        match settled {
            Ok(Some(report)) => Ok(ApplyRun::without_work(executor, sets, config, report)),
            Ok(None) => {
                // Without a ledger everything is pending, and whether another tool has one is asked together with the lock.
                let seen = self.seen.unwrap_or_default();
                ApplyRun::start(executor, &self.options, sets, &seen, config).await
            }
            Err(error) => {
                executor.close().await;
                Err(error)
            }
        }
    }

    /// Undoes applied migrations, the newest first, each in a transaction with the end of its row, or in steps.
    ///
    /// With [`Target::Last`] and [`Target::To`] every migration in question needs a down script, and none is undone where one lacks
    /// it. [`Target::Reversible`] ends at the first that has none. Where the environment is protected, nothing is undone unless
    /// [`Config::protected_rollback`] gives a reason.
    ///
    /// # Errors
    /// As [`Runner::apply`].
    pub async fn rollback(
        self,
        sets: &[Migrations],
        target: &Target,
        config: &Config,
        progress: &mut (dyn FnMut(Progress) + Send),
    ) -> Result<RollbackReport, Error> {
        let run = self.start_rollback(sets, target, config, progress).await?;
        run.run_all().await
    }

    /// Takes the lock and undoes nothing yet: [`RollbackRun::next`] undoes one migration after the other, each when the caller wants
    /// it.
    ///
    /// # Errors
    /// [`Error::Unfit`] and [`Error::Locked`], with nothing written.
    pub async fn start_rollback<'r>(
        self,
        sets: &'r [Migrations],
        target: &Target,
        config: &'r Config,
        progress: impl FnMut(Progress) + Send + 'r,
    ) -> Result<RollbackRun<'r>, Error> {
        let executor = Executor::new(self.connection, config, Box::new(progress));
        RollbackRun::start(executor, &self.options, sets, target, config).await
    }

    /// Closes the connection. A server that does not answer any more makes no difference.
    pub async fn close(self) {
        session::close(self.connection).await;
    }
}

/// Applies what is pending in these folders, in their order: [`Runner::apply`] on a connection of its own.
///
/// # Errors
/// As [`Runner::apply`], and [`Error::Connect`].
pub async fn apply(
    options: &PgConnectOptions,
    sets: &[Migrations],
    config: &Config,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<ApplyReport, Error> {
    Runner::connect(options, config)
        .await?
        .apply(sets, config, progress)
        .await
}

/// Reads the ledger and compares: [`Runner::overview`] on a connection of its own.
///
/// # Errors
/// As [`Runner::overview`], and [`Error::Connect`].
pub async fn overview(
    options: &PgConnectOptions,
    sets: &[Migrations],
    config: &Config,
) -> Result<Overview, Error> {
    let mut runner = Runner::connect(options, config).await?;
    let overview = runner.overview(sets, config).await;
    runner.close().await;
    overview
}

/// Undoes applied migrations, the newest first: [`Runner::rollback`] on a connection of its own.
///
/// # Errors
/// As [`Runner::rollback`], and [`Error::Connect`].
pub async fn rollback(
    options: &PgConnectOptions,
    sets: &[Migrations],
    target: &Target,
    config: &Config,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<RollbackReport, Error> {
    Runner::connect(options, config)
        .await?
        .rollback(sets, target, config, progress)
        .await
}
