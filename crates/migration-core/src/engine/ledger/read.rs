//! The ledger: what it looks like, what it says, and whether it is ours at all.

use sqlx::{PgConnection, postgres::PgRow};

use super::schema::{self, Missing, Table};
use crate::{
    Config, Direction, Error, LedgerTable, Problem, Script, Tool,
    adopt::tools::{Candidate, candidates_as_text, candidates_in, column_list},
    engine::{
        config::literal,
        connection::server::{maybe, number, send, text},
    },
    hex::hex,
};

/// What the ledger says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Ledger {
    pub(crate) missing: Missing,
    pub(crate) rows: Vec<Row>,
    pub(crate) unfinished: Vec<Unfinished>,
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
    let results = send(connection, &probe(&config.ledger))
        .await
        .map_err(Error::server("look for the ledger"))?;
    let missing = missing(results.last().and_then(|rows| rows.first()), &config.ledger)?;
    rows(connection, missing, &config.ledger).await
}

/// What the rows say of a ledger of which it is known what is there.
pub(crate) async fn rows(
    connection: &mut PgConnection,
    missing: Missing,
    ledger: &LedgerTable,
) -> Result<Ledger, Error> {
    if missing.has(Table::Rows) {
        return Ok(Ledger {
            missing,
            ..Ledger::default()
        });
    }
    let results = send(connection, &rows_question(&missing, ledger))
        .await
        .map_err(Error::server("read the ledger"))?;
    Ok(from_results(&results, missing))
}

/// The ledger from what came back of [`rows_question`].
pub(crate) fn from_results(results: &[Vec<PgRow>], missing: Missing) -> Ledger {
    let rows = |index: usize| results.get(index).map(Vec::as_slice).unwrap_or_default();
    Ledger {
        rows: rows(0).iter().map(row).collect(),
        unfinished: rows(1).iter().map(unfinished_row).collect(),
        missing,
    }
}

/// Asks for the rows, and for the steps where there is a table of them.
pub(crate) fn rows_question(missing: &Missing, ledger: &LedgerTable) -> String {
    let rows = format!(
        "SELECT component, filename, version, checksum, neutral_checksum, applied_by, environment,
                to_char(applied_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI \"UTC\"') AS applied_at
         FROM {} ORDER BY id",
        ledger.rows()
    );
    if missing.has(Table::Progress) {
        return rows;
    }
    let columns = "component, filename, direction, checksum, steps_done, running, note";
    format!("{rows};\nSELECT {columns} FROM {}", ledger.progress())
}

/// What is not there, by the answer to [`probe`]; another tool's ledger is an error.
pub(crate) fn missing(facts: Option<&PgRow>, ledger: &LedgerTable) -> Result<Missing, Error> {
    let Some(facts) = facts else {
        return Ok(Missing::default());
    };
    let problems: Vec<_> = match maybe(facts, "columns") {
        Some(columns) => {
            let there = Candidate::new(ledger.clone(), &columns);
            let tools = there.possible_owners();
            let is_foreign = !is_ours(&there);
            is_foreign.then(|| foreign(&there, tools)).into_iter().collect()
        }
        None => candidates_in(&text(facts, "foreign_tables"))
            .iter()
            .map(|table| (table, table.owners()))
            .filter(|(_, tools)| !tools.is_empty())
            .map(|(table, tools)| foreign(table, tools))
            .collect(),
    };
    if problems.is_empty() {
        Ok(Missing::of(facts))
    } else {
        Err(Error::Unfit { problems })
    }
}

fn foreign(table: &Candidate, tools: Vec<Tool>) -> Problem {
    Problem::ForeignLedger {
        table: table.place.clone(),
        tools,
        columns: table.columns(),
    }
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

/// One row that says what is there: our tables, and those of other tools.
pub(crate) fn probe(ledger: &LedgerTable) -> String {
    let ours = format!("to_regclass({})", literal(&ledger.rows()));
    format!(
        "SELECT {}, {} AS columns, {} AS foreign_tables",
        schema::question(ledger),
        column_list(&ours),
        candidates_as_text()
    )
}

fn is_ours(table: &Candidate) -> bool {
    [
        "id",
        "component",
        "filename",
        "checksum",
        "applied_at",
        "neutral_checksum",
    ]
    .iter()
    .all(|name| table.has(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_of_the_same_name_is_told_by_its_columns() {
        let of = |columns: &str| Candidate::new(LedgerTable::default(), columns);
        let names = "id int8,component text,filename text,checksum text,applied_at timestamptz,version text";
        assert!(is_ours(&of(&format!("{names},neutral_checksum text"))));
        assert!(!is_ours(&of(names)));
    }
}
