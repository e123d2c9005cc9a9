//! What the ledger says: its rows, the steps that are left, and the mark of a protected environment.

use sqlx::{PgConnection, postgres::PgRow};

use super::{
    elsewhere,
    foreign::missing_here,
    probe::probe,
    protection::{audit_question, is_asked_of_audit, protected},
    schema::Missing,
    tables::Table,
};
use crate::{
    Config, Direction, Error, Problem, Script,
    engine::connection::server::{number, send, text},
    hex::hex,
};

/// What the ledger says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Ledger {
    pub(crate) missing: Missing,
    pub(crate) rows: Vec<Row>,
    pub(crate) unfinished: Vec<Unfinished>,
    /// The protected environment that the audit names, where it was asked.
    pub(crate) protected_by_audit: Option<String>,
    /// The protected environment that another ledger of this database names, where it was asked.
    pub(crate) protected_elsewhere: Option<String>,
}

/// A migration that was applied.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) component: String,
    pub(crate) filename: String,
    pub(crate) version: String,
    /// SHA-256 in hexadecimal digits.
    pub(crate) checksum: String,
    pub(crate) neutral_checksum: String,
    pub(crate) applied_at: String,
    pub(crate) applied_by: String,
    pub(crate) environment: String,
}

/// A migration without a transaction that began and has not ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unfinished {
    pub(crate) component: String,
    pub(crate) filename: String,
    pub(crate) direction: Direction,
    pub(crate) checksum: String,
    pub(crate) steps_done: usize,
    /// The step that was begun outside a transaction: whether it ended is not on record.
    pub(crate) running: Option<usize>,
    pub(crate) note: String,
}

impl Ledger {
    /// The protected environment that this database served, by a row, by the audit or by another ledger.
    pub(crate) fn protected(&self) -> Option<&str> {
        let by_row = self.rows.iter().find_map(|row| protected(&row.environment));
        by_row
            .or(self.protected_by_audit.as_deref())
            .or(self.protected_elsewhere.as_deref())
    }

    /// What is left of a migration that was interrupted in this direction.
    pub(crate) fn unfinished(
        &self,
        component: &str,
        filename: &str,
        direction: Direction,
    ) -> Option<&Unfinished> {
        self.unfinished
            .iter()
            .find(|row| row.component == component && row.filename == filename && row.direction == direction)
    }
}

impl Unfinished {
    /// The problem of a script that is not the one that was begun.
    pub(crate) fn edited(&self, filename: &str, script: &Script) -> Option<Problem> {
        (self.checksum != hex(&script.checksum)).then(|| Problem::HalfApplied {
            file: filename.to_owned(),
            path: script.file.display().to_string(),
            done: self.steps_done,
        })
    }
}

/// Reads everything: one message to see what is there, a second where there is a ledger.
pub(crate) async fn read(connection: &mut PgConnection, config: &Config) -> Result<Ledger, Error> {
    let results = send(connection, &probe(config))
        .await
        .map_err(Error::server("look for the ledger"))?;
    let facts = results.last().and_then(|rows| rows.first());
    let missing = missing_here(connection, facts, config).await?;
    Ok(Ledger {
        protected_elsewhere: elsewhere::found(facts),
        ..rows(connection, missing, config).await?
    })
}

/// What the rows say of a ledger of which it is known what is there.
pub(crate) async fn rows(
    connection: &mut PgConnection,
    missing: Missing,
    config: &Config,
) -> Result<Ledger, Error> {
    if missing.has(Table::Rows) {
        return Ok(Ledger {
            missing,
            ..Ledger::default()
        });
    }
    let results = send(connection, &rows_question(&missing, config))
        .await
        .map_err(Error::server("read the ledger"))?;
    Ok(from_results(&results, missing))
}

/// The ledger from what came back of [`rows_question`].
pub(crate) fn from_results(results: &[Vec<PgRow>], missing: Missing) -> Ledger {
    let mut results = results.iter();
    let mut next = |is_asked: bool| {
        let rows = if is_asked { results.next() } else { None };
        rows.map(Vec::as_slice).unwrap_or_default()
    };
    let rows = next(true);
    let unfinished = next(!missing.has(Table::Progress));
    let marks = next(!missing.has(Table::Audit));
    Ledger {
        rows: rows.iter().map(row).collect(),
        unfinished: unfinished.iter().map(unfinished_row).collect(),
        protected_by_audit: marks
            .first()
            .and_then(|row| protected(&text(row, "environment")).map(ToOwned::to_owned)),
        missing,
        ..Ledger::default()
    }
}

/// Asks for the rows, and for the steps and for the audit's mark where there are tables of them.
pub(crate) fn rows_question(missing: &Missing, config: &Config) -> String {
    let ledger = &config.ledger;
    let mut questions = vec![format!(
        "SELECT component, filename, version, checksum, neutral_checksum, applied_by, environment,
                pg_catalog.to_char(applied_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI \"UTC\"') AS applied_at
         FROM {} ORDER BY id",
        ledger.rows()
    )];
    if !missing.has(Table::Progress) {
        let columns = "component, filename, direction, checksum, steps_done, running, note";
        questions.push(format!("SELECT {columns} FROM {}", ledger.progress()));
    }
    if !missing.has(Table::Audit) && is_asked_of_audit(config) {
        questions.push(audit_question(ledger));
    }
    questions.join(";\n")
}

fn row(row: &PgRow) -> Row {
    Row {
        component: text(row, "component"),
        filename: text(row, "filename"),
        version: text(row, "version"),
        checksum: text(row, "checksum"),
        neutral_checksum: text(row, "neutral_checksum"),
        applied_at: text(row, "applied_at"),
        applied_by: text(row, "applied_by"),
        environment: text(row, "environment"),
    }
}

fn unfinished_row(row: &PgRow) -> Unfinished {
    let step = |column| number(row, column).and_then(|number| usize::try_from(number).ok());
    Unfinished {
        component: text(row, "component"),
        filename: text(row, "filename"),
        direction: Direction::of(&text(row, "direction")),
        checksum: text(row, "checksum"),
        steps_done: step("steps_done").unwrap_or(0),
        running: step("running"),
        note: text(row, "note"),
    }
}
