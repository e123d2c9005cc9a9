//! One connection for everything that a run asks: whether there is anything to do, what it would be, and doing it.

use sqlx::{PgConnection, postgres::PgConnectOptions};

use super::run;
use crate::{
    ApplyReport, Config, Error, Migrations, Overview, Progress,
    engine::{
        connection::session,
        ledger::{
            digest::{Standing, standing},
            read::{self, Ledger},
        },
        plan::{overview::compare, pending::plan},
        progress::Listener,
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
        match standing(&mut self.connection, sets, config).await? {
            Standing::Same(ledger) => return Ok(Some(plan(sets, &ledger, config).report())),
            Standing::Other(missing) => {
                self.seen = Some(read::rows(&mut self.connection, missing, &config.ledger).await?);
            }
            Standing::Absent => {}
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
            None => read::read(&mut self.connection, config).await?,
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
        mut self,
        sets: &[Migrations],
        config: &Config,
        progress: &mut (dyn FnMut(Progress) + Send),
    ) -> Result<ApplyReport, Error> {
        let ended = self.apply_here(sets, config, progress).await;
        self.close().await;
        ended
    }

    async fn apply_here(
        &mut self,
        sets: &[Migrations],
        config: &Config,
        progress: &mut Listener<'_>,
    ) -> Result<ApplyReport, Error> {
        if self.seen.is_none()
            && let Some(report) = self.up_to_date(sets, config).await?
        {
            return Ok(report);
        }
        // Without a ledger everything is pending, and whether another tool has one is asked together with the lock.
        let seen = self.seen.take().unwrap_or_default();
        run::on_connection(&mut self.connection, &self.options, sets, &seen, config, progress).await
    }

    /// Says farewell; whether it arrives does not matter.
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
