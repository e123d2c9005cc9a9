//! What only a person can decide: calling a migration applied, giving an interrupted one up.
//!
//! Each writes an entry into the audit. Out of scope: asking the person, which is the caller's.

use sqlx::postgres::PgConnectOptions;

use super::{
    interrupted::describe,
    invalid::{drop_index, leftovers_of},
};
use crate::{
    Config, Error, Interrupted, Migration, Migrations, Progress, RequestProblem,
    engine::{
        connection::{deadline::in_time, executor::Executor, server::send, session},
        ledger::{
            audit::noted,
            check::Depth,
            progress::ProgressRow,
            read::{self, Ledger},
            tables::Table,
            write,
        },
        plan::pending::{Lateness, Pending, other_environment},
    },
};

/// Writes into the ledger that a migration is applied, without running it. Where some of its steps ran they count as all.
///
/// # Errors
/// [`RequestProblem::NoSuchMigration`], [`RequestProblem::IsApplied`], [`RequestProblem::LeftOut`], [`Error::Unfit`] for the ledger
/// of a protected environment where the run says that it is open, [`Error::Locked`] and errors of the server.
pub async fn mark_applied(
    options: &PgConnectOptions,
    sets: &[Migrations],
    file: &str,
    config: &Config,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<String, Error> {
    may_be_marked(sets, file, config)?;
    let (component, migration) = named(sets, file)?;
    let connection = session::connect(options, config).await?;
    let mut executor = Executor::new(connection, config, Box::new(progress));
    let ended = mark(&mut executor, options, component, migration, config).await;
    executor.close().await;
    ended.map(|()| migration.filename.clone())
}

/// Whether a migration can be called applied in this environment, as far as that is known without a database: [`mark_applied`]
/// refuses for the same reasons.
///
/// # Errors
/// [`RequestProblem::NoSuchMigration`], and [`RequestProblem::LeftOut`] for a migration that does not run in this environment.
pub fn may_be_marked(sets: &[Migrations], file: &str, config: &Config) -> Result<(), Error> {
    let (_, migration) = named(sets, file)?;
    runs_here(migration, config)
}

/// Whether a migration runs in this environment.
pub(crate) fn runs_here(migration: &Migration, config: &Config) -> Result<(), Error> {
    match config.environment.excludes(migration.only.as_deref()) {
        None => Ok(()),
        Some(why) => Err(Error::unfit(RequestProblem::LeftOut {
            file: migration.filename.clone(),
            why,
            environment: config.environment.name.clone(),
        })),
    }
}

async fn mark(
    executor: &mut Executor<'_>,
    options: &PgConnectOptions,
    component: &str,
    migration: &Migration,
    config: &Config,
) -> Result<(), Error> {
    let ledger = locked(executor, options, config).await?;
    let filename = &migration.filename;
    let is_it = |of: &str, name: &str| of == component && name == filename;
    if let Some(row) = ledger
        .rows
        .iter()
        .find(|row| is_it(&row.component, &row.filename))
    {
        return Err(Error::unfit(RequestProblem::IsApplied {
            file: filename.clone(),
            at: row.applied_at.clone(),
        }));
    }
    let unfinished = ledger
        .unfinished
        .iter()
        .find(|row| is_it(&row.component, &row.filename));
    let detail = match unfinished {
        Some(row) => format!("by hand, after {} steps were on record", row.steps_done),
        None => "by hand, without running it".to_owned(),
    };
    let pending = Pending {
        component,
        migration,
        lateness: Lateness::InOrder,
        unfinished: unfinished.cloned(),
    };
    let mut statements = ledger.missing.make(&Table::ALL, &config.ledger);
    statements.extend(write::applied(&pending, config, Depth::Table));
    if unfinished.is_some() {
        statements.extend(progress_row(component, filename, config).delete());
    }
    statements.extend(noted("marked applied", component, filename, &detail, config));
    executor.write("write the ledger", filename, &statements).await
}

/// Gives an interrupted migration up: its steps are forgotten, and what they did stays, but for an index that a failed build left
/// INVALID. An up script counts as not applied after
/// that and runs from its first step the next time; what a down script should have undone counts as applied.
///
/// # Errors
/// [`RequestProblem::NotInterrupted`], [`Error::Unfit`] for the ledger of a protected environment where the run says that it is open,
/// [`Error::Locked`] and errors of the server.
pub async fn abandon(
    options: &PgConnectOptions,
    sets: &[Migrations],
    file: &str,
    config: &Config,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<Interrupted, Error> {
    let connection = session::connect(options, config).await?;
    let mut executor = Executor::new(connection, config, Box::new(progress));
    let ended = give_up(&mut executor, options, sets, file, config).await;
    executor.close().await;
    ended
}

async fn give_up(
    executor: &mut Executor<'_>,
    options: &PgConnectOptions,
    sets: &[Migrations],
    file: &str,
    config: &Config,
) -> Result<Interrupted, Error> {
    let ledger = locked(executor, options, config).await?;
    let name = file_name(file);
    let Some(row) = ledger.unfinished.iter().find(|row| row.filename == name) else {
        let file = name.to_owned();
        return Err(Error::unfit(RequestProblem::NotInterrupted { file }));
    };
    let described = describe(sets, row);
    let detail = format!("after {} of its steps; what they did stays", row.steps_done);
    let mut statements = ledger.missing.make(&[Table::Audit], &config.ledger);
    for index in leftovers_of(executor.connection(), &row.note).await? {
        drop_alone(executor, &index, config).await?;
        let (what, of) = ("dropped invalid index", (&row.component, &row.filename));
        statements.extend(noted(what, of.0, of.1, &index, config));
    }
    statements.extend(progress_row(&row.component, &row.filename, config).delete());
    statements.extend(noted("abandoned", &row.component, &row.filename, &detail, config));
    executor
        .write("write the ledger", &row.filename, &statements)
        .await?;
    Ok(described)
}

/// Drops an index that a failed build has left, outside a transaction.
async fn drop_alone(executor: &mut Executor<'_>, index: &str, config: &Config) -> Result<(), Error> {
    let mut statements = session::reset(config);
    statements.push(drop_index(index));
    for statement in statements {
        let sent = send(executor.connection(), &statement).await;
        sent.map_err(Error::server(&format!("drop the INVALID index `{index}`")))?;
    }
    Ok(())
}

fn progress_row<'m>(component: &'m str, filename: &'m str, config: &'m Config) -> ProgressRow<'m> {
    ProgressRow {
        ledger: &config.ledger,
        component,
        filename,
    }
}

/// The ledger under the lock, which goes with the connection. That of a protected environment is an error where the run says that
/// the environment is open.
pub(crate) async fn locked(
    executor: &mut Executor<'_>,
    options: &PgConnectOptions,
    config: &Config,
) -> Result<Ledger, Error> {
    let seen = in_time(
        config,
        "read the ledger",
        read::read(executor.connection(), config),
    )
    .await?;
    let ledger = executor.take_lock(options, &seen.missing).await?;
    match other_environment(&ledger, config) {
        None => Ok(ledger),
        Some(problem) => Err(Error::Unfit {
            problems: vec![problem],
        }),
    }
}

/// A migration by the name of the ledger, or by its path.
fn named<'m>(sets: &'m [Migrations], file: &str) -> Result<(&'m str, &'m Migration), Error> {
    let name = file_name(file);
    let all = || {
        sets.iter()
            .flat_map(|set| set.items.iter().map(move |item| (set.component.as_str(), item)))
    };
    let by_path = all().find(|(_, migration)| migration.up.file.as_os_str() == file);
    let found = by_path.or_else(|| all().find(|(_, migration)| migration.filename == name));
    found.ok_or_else(|| {
        let close = |candidate: &str| strsim::jaro_winkler(name, candidate);
        let nearest = all()
            .map(|(_, migration)| migration.filename.as_str())
            .max_by(|a, b| close(a).total_cmp(&close(b)));
        Error::unfit(RequestProblem::NoSuchMigration {
            file: name.to_owned(),
            nearest: nearest.map(ToOwned::to_owned),
        })
    })
}

fn file_name(file: &str) -> &str {
    file.rsplit('/').next().unwrap_or(file)
}
