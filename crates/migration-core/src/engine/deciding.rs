//! What only a person can decide: going on with an interrupted migration, calling one applied, giving one up.
//!
//! Each writes an entry into the audit. Left out on purpose: asking the person, which is the caller's.

use diagnostic::Place;
use sqlx::{PgConnection, postgres::PgConnectOptions};

use super::{
    Applied, Config, Late, Problem, Progress, Undone, Unknown,
    apply::apply,
    config::literal,
    ledger::{self, Ledger, Unfinished},
    lock,
    plan::{Lateness, Pending, hex},
    progress::Listener,
    record,
    rollback::{Target, rollback},
    server::send,
    session,
};
use crate::{Error, Migration, Migrations, Script};

/// A migration without a transaction that began and did not end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interrupted {
    /// Its component.
    pub component: String,
    /// What the ledger calls it.
    pub file: String,
    /// Which of its scripts.
    pub script: Way,
    /// How many steps are on record as done.
    pub done: usize,
    /// Of how many; nothing where the folder does not have it any more.
    pub of: Option<usize>,
    /// The step that was begun and of which it is not on record whether it ended, counted from 1.
    pub running: Option<usize>,
    /// Where each step of the script is; those that are done come first.
    pub steps: Vec<Place>,
    /// Whether the file is another one than at the time.
    pub edited: bool,
}

/// A script of a migration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// The one that applies it.
    Up,
    /// The one that undoes it.
    Down,
}

/// What a person found out about the step that was begun and of which it is not on record whether it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Running {
    /// Nothing: it is looked up in the catalog, and where that does not show it the run is refused.
    Unknown,
    /// It had its effect.
    Done,
    /// It had none, and runs again.
    Again,
}

/// What came of going on.
#[derive(Debug, Clone, Default)]
pub struct Resumed {
    /// Migrations that are applied now.
    pub applied: Vec<Applied>,
    /// Migrations that are undone now.
    pub undone: Vec<Undone>,
}

/// Which migrations were interrupted, and where. Takes no lock and writes nothing.
///
/// # Errors
/// [`Error::Connect`], [`Error::Server`], and [`Error::Unfit`] for the ledger of another tool.
pub async fn interrupted(
    options: &PgConnectOptions,
    sets: &[Migrations],
    config: &Config,
) -> Result<Vec<Interrupted>, Error> {
    let mut connection = session::connect(options, config).await?;
    let ledger = ledger::read(&mut connection, config).await;
    session::close(connection).await;
    Ok(ledger?.unfinished.iter().map(|row| describe(sets, row)).collect())
}

fn describe(sets: &[Migrations], row: &Unfinished) -> Interrupted {
    let way = way(row);
    let script = find(sets, &row.component, &row.filename).and_then(|migration| script(migration, way));
    let steps = script.map(|script| {
        let starts = script.statements.iter();
        starts.map(|statement| script.place(statement.start)).collect()
    });
    Interrupted {
        component: row.component.clone(),
        file: row.filename.clone(),
        script: way,
        done: row.steps_done,
        of: script.map(|script| script.statements.len()),
        running: row.running.map(|index| index + 1),
        steps: steps.unwrap_or_default(),
        edited: script.is_some_and(|script| hex(&script.checksum) != row.checksum),
    }
}

fn way(row: &Unfinished) -> Way {
    if row.direction == "down" {
        Way::Down
    } else {
        Way::Up
    }
}

fn script(migration: &Migration, way: Way) -> Option<&Script> {
    match way {
        Way::Up => Some(&migration.up),
        Way::Down => migration.down.as_ref(),
    }
}

fn find<'m>(sets: &'m [Migrations], component: &str, filename: &str) -> Option<&'m Migration> {
    let mut items = sets
        .iter()
        .filter(|set| set.component == component)
        .flat_map(|set| &set.items);
    items.find(|migration| migration.filename == filename)
}

/// Goes on with every interrupted migration, at its first step that is not done, and with nothing else.
///
/// # Errors
/// As [`crate::apply`]; [`Problem::NotInterrupted`] where there is none.
pub async fn resume(
    options: &PgConnectOptions,
    sets: &[Migrations],
    running: Running,
    config: &Config,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<Resumed, Error> {
    let mut connection = session::connect(options, config).await?;
    let noted = note_resumption(&mut connection, running, config, progress).await;
    session::close(connection).await;
    let ledger = noted?;
    let up = parts(sets, &ledger, Way::Up);
    let mut resumed = Resumed::default();
    if !up.is_empty() {
        // Only the files in question are looked at, so that nothing else runs and nothing else is in the way.
        let config = alone(config);
        resumed.applied = apply(options, &up, &config, progress).await?.applied;
    }
    let down = parts(sets, &ledger, Way::Down);
    if !down.is_empty() {
        let count = down.iter().map(|set| set.items.len()).sum();
        let config = alone(config);
        let report = rollback(options, &down, &Target::Last(count), &config, progress).await?;
        resumed.undone = report.undone;
    }
    Ok(resumed)
}

fn alone(config: &Config) -> Config {
    Config {
        late: Late::Allow,
        unknown: Unknown::Allow,
        ..config.clone()
    }
}

/// The folders with nothing but what was interrupted.
fn parts(sets: &[Migrations], ledger: &Ledger, way: Way) -> Vec<Migrations> {
    let is_it = |set: &Migrations, migration: &Migration| {
        ledger.unfinished.iter().any(|row| {
            row.component == set.component && row.filename == migration.filename && self::way(row) == way
        })
    };
    let mut found = Vec::new();
    for set in sets {
        let mut part = set.clone();
        part.skipped.clear();
        part.items.retain(|migration| is_it(set, migration));
        if !part.items.is_empty() {
            found.push(part);
        }
    }
    found
}

/// Writes what the person found out, and that they went on; under the lock.
async fn note_resumption(
    connection: &mut PgConnection,
    running: Running,
    config: &Config,
    progress: &mut Listener<'_>,
) -> Result<Ledger, Error> {
    let ledger = locked(connection, config, progress).await?;
    if ledger.unfinished.is_empty() {
        let file = String::new();
        return Err(Error::unfit(Problem::NotInterrupted { file }));
    }
    let mut statements = vec!["BEGIN".to_owned()];
    for row in &ledger.unfinished {
        let step = row.running.map(|index| index + 1);
        let detail = match (step, running) {
            (Some(step), Running::Done) => {
                statements.push(update(
                    row,
                    &format!("running = NULL, note = '', steps_done = {step}"),
                    config,
                ));
                format!("behind step {step}, which had its effect")
            }
            (Some(step), Running::Again) => {
                statements.push(update(row, "running = NULL, note = ''", config));
                format!("at step {step}, which had no effect")
            }
            _ => format!("at step {}", row.steps_done + 1),
        };
        statements.push(record::noted(
            "resumed",
            &row.component,
            &row.filename,
            &detail,
            config,
        ));
    }
    statements.push("COMMIT".into());
    statements.push(lock::release(config));
    write(connection, &statements).await?;
    Ok(ledger)
}

fn update(row: &Unfinished, what: &str, config: &Config) -> String {
    format!(
        "UPDATE {} SET {what} WHERE {}",
        config.ledger.progress(),
        condition(&row.component, &row.filename)
    )
}

fn forget(component: &str, filename: &str, config: &Config) -> String {
    format!(
        "DELETE FROM {} WHERE {}",
        config.ledger.progress(),
        condition(component, filename)
    )
}

fn condition(component: &str, filename: &str) -> String {
    format!(
        "component = {} AND filename = {}",
        literal(component),
        literal(filename)
    )
}

/// Writes into the ledger that a migration is applied, without running it. Where some of its steps ran they count as all.
///
/// # Errors
/// [`Problem::NoSuchMigration`], [`Problem::IsApplied`], [`Error::Locked`] and errors of the server.
pub async fn mark_applied(
    options: &PgConnectOptions,
    sets: &[Migrations],
    file: &str,
    config: &Config,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<String, Error> {
    let (component, migration) = named(sets, file)?;
    let mut connection = session::connect(options, config).await?;
    let ended = mark(&mut connection, component, migration, config, progress).await;
    session::close(connection).await;
    ended.map(|()| migration.filename.clone())
}

async fn mark(
    connection: &mut PgConnection,
    component: &str,
    migration: &Migration,
    config: &Config,
    progress: &mut Listener<'_>,
) -> Result<(), Error> {
    let ledger = locked(connection, config, progress).await?;
    let filename = &migration.filename;
    let is_it = |of: &str, name: &str| of == component && name == filename;
    if let Some(row) = ledger
        .rows
        .iter()
        .find(|row| is_it(&row.component, &row.filename))
    {
        return Err(Error::unfit(Problem::IsApplied {
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
        unfinished,
    };
    let statements = [
        "BEGIN".to_owned(),
        record::applied(&pending, config),
        forget(component, filename, config),
        record::noted("marked applied", component, filename, &detail, config),
        "COMMIT".to_owned(),
    ];
    write(connection, &statements).await
}

/// Gives an interrupted migration up: its steps are forgotten, and what they did stays. An up script counts as not applied after
/// that and runs from its first step the next time; what a down script should have undone counts as applied.
///
/// # Errors
/// [`Problem::NotInterrupted`], [`Error::Locked`] and errors of the server.
pub async fn abandon(
    options: &PgConnectOptions,
    sets: &[Migrations],
    file: &str,
    config: &Config,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<Interrupted, Error> {
    let mut connection = session::connect(options, config).await?;
    let ended = give_up(&mut connection, sets, file, config, progress).await;
    session::close(connection).await;
    ended
}

async fn give_up(
    connection: &mut PgConnection,
    sets: &[Migrations],
    file: &str,
    config: &Config,
    progress: &mut Listener<'_>,
) -> Result<Interrupted, Error> {
    let ledger = locked(connection, config, progress).await?;
    let name = file_name(file);
    let Some(row) = ledger.unfinished.iter().find(|row| row.filename == name) else {
        let file = name.to_owned();
        return Err(Error::unfit(Problem::NotInterrupted { file }));
    };
    let described = describe(sets, row);
    let detail = format!("after {} of its steps; what they did stays", row.steps_done);
    let statements = [
        "BEGIN".to_owned(),
        forget(&row.component, &row.filename, config),
        record::noted("abandoned", &row.component, &row.filename, &detail, config),
        "COMMIT".to_owned(),
    ];
    write(connection, &statements).await?;
    Ok(described)
}

/// The ledger under the lock, which goes with the connection.
async fn locked(
    connection: &mut PgConnection,
    config: &Config,
    progress: &mut Listener<'_>,
) -> Result<Ledger, Error> {
    let seen = ledger::read(connection, config).await?;
    Ok(lock::take(connection, &seen, config, progress).await?.ledger)
}

async fn write(connection: &mut PgConnection, statements: &[String]) -> Result<(), Error> {
    send(connection, &statements.join(";\n"))
        .await
        .map_err(Error::server("write the ledger"))?;
    Ok(())
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
        Error::unfit(Problem::NoSuchMigration {
            file: name.to_owned(),
            nearest: nearest.map(ToOwned::to_owned),
        })
    })
}

fn file_name(file: &str) -> &str {
    file.rsplit('/').next().unwrap_or(file)
}
