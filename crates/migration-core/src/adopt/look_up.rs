//! Looking for another tool's ledger in a database, and reading it and ours.
//!
//! Out of scope: what its rows mean for a folder.

use sqlx::{PgConnection, postgres::PgRow};

use super::{
    foreign_row::{Row, RowState},
    row_query::row_query,
    tools::{Candidate, candidates},
};
use crate::{
    AdoptProblem, Config, Error, LedgerTable, Problem, Tool,
    engine::{
        connection::server::{maybe, number, send, text},
        ledger::read::{self, Ledger},
    },
};

/// Another tool's ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForeignLedger {
    /// The tool.
    pub tool: Tool,
    /// Its table; without it, the table of the tool's own name is looked for in all schemas.
    pub table: Option<LedgerTable>,
}

/// What was found in a database.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) database: String,
    /// Where the tool's ledger is, or why that cannot be said.
    pub(crate) place: Result<LedgerTable, AdoptProblem>,
    /// The tables that have the name of some tool's ledger, whatever they are.
    pub(crate) tables: Vec<LedgerTable>,
    pub(crate) rows: Vec<Row>,
    /// Our own ledger; empty where there is none.
    pub(crate) ours: Ledger,
    /// Whether a table of somebody else's is where ours would be.
    pub(crate) is_taken: bool,
}

/// Looks for the tool's ledger and reads it, and ours beside it.
pub(crate) async fn look(
    connection: &mut PgConnection,
    source: &ForeignLedger,
    config: &Config,
) -> Result<Found, Error> {
    let (ours, is_taken) = ours(connection, config).await?;
    let question = format!(
        "SELECT pg_catalog.current_database() AS database;\n{}",
        candidates(source.table.as_ref())
    );
    let results = send(connection, &question)
        .await
        .map_err(Error::server("look for the ledger of another tool"))?;
    let first = |index: usize| results.get(index).map(Vec::as_slice).unwrap_or_default();
    let database = first(0)
        .first()
        .map(|row| text(row, "database"))
        .unwrap_or_default();
    let tables: Vec<_> = first(1).iter().map(candidate).collect();
    let hidden = hidden(first(1));
    let place = choose(source, &tables).and_then(|place| match hidden.contains(&place) {
        true => Err(AdoptProblem::Hidden {
            tool: source.tool,
            table: place,
        }),
        false => Ok(place),
    });
    let rows = match &place {
        Ok(place) => rows(connection, source.tool, place).await?,
        Err(_) => Vec::new(),
    };
    Ok(Found {
        database,
        place,
        tables: tables.into_iter().map(|table| table.place).collect(),
        rows,
        ours,
        is_taken,
    })
}

/// Our ledger. That another tool has one too is no refusal here.
async fn ours(connection: &mut PgConnection, config: &Config) -> Result<(Ledger, bool), Error> {
    let problems = match read::read(connection, config).await {
        Err(Error::Unfit { problems }) => problems,
        other => return Ok((other?, false)),
    };
    let foreign: Option<Vec<_>> = problems
        .iter()
        .map(|problem| match problem {
            Problem::ForeignLedger { table, .. } => Some(table),
            _ => None,
        })
        .collect();
    match foreign {
        Some(tables) => Ok((Ledger::default(), tables.contains(&&config.ledger))),
        None => Err(Error::Unfit { problems }),
    }
}

fn candidate(row: &PgRow) -> Candidate {
    let place = LedgerTable {
        schema: text(row, "schema"),
        table: text(row, "name"),
    };
    Candidate::new(place, &text(row, "columns"))
}

/// The tables of which this role may not see every row.
fn hidden(rows: &[PgRow]) -> Vec<LedgerTable> {
    let hides_rows = |row: &&PgRow| maybe(row, "hides_rows").is_some();
    rows.iter()
        .filter(hides_rows)
        .map(|row| candidate(row).place)
        .collect()
}

fn choose(source: &ForeignLedger, tables: &[Candidate]) -> Result<LedgerTable, AdoptProblem> {
    let tool = source.tool;
    let is_its_ledger = |table: &&Candidate| match &source.table {
        Some(place) => table.place == *place && table.reads_as(tool),
        None => table.owners().contains(&tool),
    };
    let found: Vec<_> = tables.iter().filter(is_its_ledger).collect();
    match found.as_slice() {
        [only] => Ok(only.place.clone()),
        [] => Err(AdoptProblem::NoLedger {
            tool,
            looked_for: source
                .table
                .as_ref()
                .map_or_else(|| tool.table().to_owned(), LedgerTable::to_string),
            found: tables.iter().flat_map(owned).collect(),
        }),
        several => Err(AdoptProblem::SeveralLedgers {
            tool,
            tables: several.iter().map(|table| table.place.clone()).collect(),
        }),
    }
}

fn owned(table: &Candidate) -> Vec<(LedgerTable, Tool)> {
    let owners = table.owners().into_iter();
    owners.map(|tool| (table.place.clone(), tool)).collect()
}

/// What the tool's ledger says.
pub(crate) async fn rows(
    connection: &mut PgConnection,
    tool: Tool,
    place: &LedgerTable,
) -> Result<Vec<Row>, Error> {
    let results = send(connection, &row_query(tool, &place.rows()))
        .await
        .map_err(Error::server(format!("read `{place}`")))?;
    let rows = results.iter().flatten().map(|row| Row {
        version: text(row, "version"),
        name: text(row, "name"),
        state: RowState::of(&text(row, "state")),
        checksum: maybe(row, "checksum"),
        at: maybe(row, "applied_at"),
        micros: number(row, "micros"),
        kind: text(row, "kind"),
    });
    Ok(rows.collect())
}
