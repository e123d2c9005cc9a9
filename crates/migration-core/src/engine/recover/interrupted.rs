//! Migrations without a transaction that began and did not end: which, and where they stand.

use diagnostic::Place;
use sqlx::postgres::PgConnectOptions;

use crate::{
    Config, Direction, Error, Migrations,
    engine::{
        connection::{deadline::in_time, session},
        ledger::read::{self, Unfinished},
        plan::pending::{find, other_environment},
    },
    hex::hex,
};

/// A migration without a transaction that began and did not end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interrupted {
    /// Its component.
    pub component: String,
    /// What the ledger calls it.
    pub file: String,
    /// Which of its scripts.
    pub direction: Direction,
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

/// Which migrations were interrupted, and where. Takes no lock and writes nothing.
///
/// # Errors
/// [`Error::Connect`], [`Error::Server`], and [`Error::Unfit`] for the ledger of another tool, and for that of a protected
/// environment where the run says that it is open.
pub async fn interrupted(
    options: &PgConnectOptions,
    sets: &[Migrations],
    config: &Config,
) -> Result<Vec<Interrupted>, Error> {
    let mut connection = session::connect(options, config).await?;
    let ledger = in_time(config, "read the ledger", read::read(&mut connection, config)).await;
    session::close(connection).await;
    let ledger = ledger?;
    if let Some(problem) = other_environment(&ledger, config) {
        let problems = vec![problem];
        return Err(Error::Unfit { problems });
    }
    Ok(ledger.unfinished.iter().map(|row| describe(sets, row)).collect())
}

pub(crate) fn describe(sets: &[Migrations], row: &Unfinished) -> Interrupted {
    let script =
        find(sets, &row.component, &row.filename).and_then(|migration| row.direction.script(migration));
    let steps = script.map(|script| {
        let starts = script.statements.iter();
        starts.map(|statement| script.place(statement.start)).collect()
    });
    Interrupted {
        component: row.component.clone(),
        file: row.filename.clone(),
        direction: row.direction,
        done: row.steps_done,
        of: script.map(|script| script.statements.len()),
        running: row.running.map(|index| index + 1),
        steps: steps.unwrap_or_default(),
        edited: script.is_some_and(|script| hex(&script.checksum) != row.checksum),
    }
}
