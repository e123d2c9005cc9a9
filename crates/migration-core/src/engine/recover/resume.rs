//! Going on with migrations that were interrupted, and with nothing else.

use sqlx::postgres::PgConnectOptions;

use super::{
    by_hand::{locked, runs_here},
    interrupted::{Interrupted, describe},
};
use crate::{
    Applied, Config, Direction, Error, Late, Migration, Migrations, Progress, RequestProblem, Undone,
    Unknown,
    engine::{
        apply::{
            candidates::{Target, may_roll_back},
            runner::{apply, rollback},
        },
        connection::{executor::Executor, session},
        ledger::{audit::noted, progress::ProgressRow, read::Ledger, tables::Table},
        plan::pending::find,
    },
    hex::hex,
};

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

/// Goes on with every interrupted migration, at its first step that is not done, and with nothing else.
///
/// # Errors
/// As [`crate::apply`]; [`RequestProblem::NotInterrupted`] where no migration was interrupted, [`RequestProblem::LeftOut`] for one that
/// does not run in this environment, [`RequestProblem::Protected`] for a down script where the environment is protected and no reason
/// is given. Then nothing is resumed.
pub async fn resume(
    options: &PgConnectOptions,
    sets: &[Migrations],
    running: Running,
    config: &Config,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<Resumed, Error> {
    let connection = session::connect(options, config).await?;
    let mut executor = Executor::new(connection, config, Box::new(&mut *progress));
    let noted = note_resumption(&mut executor, options, sets, running, config).await;
    executor.close().await;
    let ledger = noted?;
    let up = parts(sets, &ledger, Direction::Up);
    let mut resumed = Resumed::default();
    if !up.is_empty() {
        // Only the files in question are looked at, so that nothing else runs and nothing else is in the way.
        let config = alone(config);
        resumed.applied = apply(options, &up, &config, progress).await?.applied;
    }
    let down = parts(sets, &ledger, Direction::Down);
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

/// The folders with what was interrupted, and for an up script with what is applied, by which it is seen whether it comes late.
fn parts(sets: &[Migrations], ledger: &Ledger, wanted: Direction) -> Vec<Migrations> {
    let is_it = |set: &Migrations, migration: &Migration| {
        ledger.unfinished.iter().any(|row| {
            row.component == set.component && row.filename == migration.filename && row.direction == wanted
        })
    };
    // One that was edited since would stand in the way of what has nothing to do with it.
    let is_applied = |set: &Migrations, migration: &Migration| {
        wanted == Direction::Up
            && ledger.rows.iter().any(|row| {
                row.component == set.component
                    && row.filename == migration.filename
                    && row.checksum == hex(&migration.up.checksum)
            })
    };
    let mut found = Vec::new();
    for set in sets {
        if !set.items.iter().any(|migration| is_it(set, migration)) {
            continue;
        }
        let mut part = set.clone();
        part.skipped.clear();
        part.items
            .retain(|migration| is_it(set, migration) || is_applied(set, migration));
        found.push(part);
    }
    found
}

/// Whether everything that was interrupted may go on in this environment: [`resume`] refuses for the same reasons.
///
/// # Errors
/// [`RequestProblem::Protected`] and [`RequestProblem::LeftOut`].
pub fn may_be_resumed(sets: &[Migrations], found: &[Interrupted], config: &Config) -> Result<(), Error> {
    for one in found {
        if one.direction == Direction::Down {
            may_roll_back(config)?;
        } else if let Some(migration) = find(sets, &one.component, &one.file) {
            runs_here(migration, config)?;
        }
    }
    Ok(())
}

/// Writes what the person found out, and that they went on; under the lock.
async fn note_resumption(
    executor: &mut Executor<'_>,
    options: &PgConnectOptions,
    sets: &[Migrations],
    running: Running,
    config: &Config,
) -> Result<Ledger, Error> {
    let ledger = locked(executor, options, config).await?;
    let Some(first) = ledger.unfinished.first() else {
        let file = String::new();
        return Err(Error::unfit(RequestProblem::NotInterrupted { file }));
    };
    let found: Vec<_> = ledger.unfinished.iter().map(|row| describe(sets, row)).collect();
    may_be_resumed(sets, &found, config)?;
    let mut statements = ledger.missing.make(&[Table::Audit], &config.ledger);
    for row in &ledger.unfinished {
        let step = row.running.map(|index| index + 1);
        let on_record = ProgressRow {
            ledger: &config.ledger,
            component: &row.component,
            filename: &row.filename,
        };
        let detail = match (step, running) {
            (Some(step), Running::Done) => {
                statements.extend(on_record.done(step));
                format!("behind step {step}, which had its effect")
            }
            (Some(step), Running::Again) => {
                statements.extend(on_record.forget_intent());
                format!("at step {step}, which had no effect")
            }
            _ => format!("at step {}", row.steps_done + 1),
        };
        statements.extend(noted("resumed", &row.component, &row.filename, &detail, config));
    }
    executor
        .write("write the ledger", &first.filename, &statements)
        .await?;
    Ok(ledger)
}
