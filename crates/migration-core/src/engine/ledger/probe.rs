//! What is there: our tables, which have to be fit to be the ledger, or those of another tool.

use sqlx::postgres::PgRow;

use super::{
    elsewhere,
    layout::LAYOUT,
    schema::{self, Missing},
    tables::{self, Found},
};
use crate::{
    Config, Error, LedgerProblem, LedgerTable, Problem, Tool,
    adopt::tools::{Candidate, candidates_as_text, candidates_in, column_list},
    engine::{
        config::literal,
        connection::server::{maybe, text},
    },
};

/// One row that says what is there: our tables, and those of other tools.
pub(crate) fn probe(config: &Config) -> String {
    let ledger = &config.ledger;
    let ours = format!("pg_catalog.to_regclass({})", literal(&ledger.rows()));
    format!(
        "SELECT {}, {} AS {}, {} AS columns, {} AS foreign_tables",
        schema::question(ledger),
        elsewhere::question(config),
        elsewhere::COLUMN,
        column_list(&ours),
        candidates_as_text()
    )
}

/// What is not there, by the answer to [`probe`]; another tool's ledger is an error.
pub(crate) fn missing(facts: Option<&PgRow>, ledger: &LedgerTable) -> Result<Missing, Error> {
    let Some(facts) = facts else {
        return Ok(Missing::default());
    };
    let there = tables::found(&text(facts, "ledger_tables"), ledger);
    known_layout(&there)?;
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
    if !problems.is_empty() {
        return Err(Error::Unfit { problems });
    }
    fit(&there)?;
    Ok(Missing::of(facts, ledger))
}

/// The same where ledgers of other tools are no obstacle.
pub(crate) fn missing_beside_others(facts: Option<&PgRow>, ledger: &LedgerTable) -> Result<Missing, Error> {
    let Some(facts) = facts else {
        return Ok(Missing::default());
    };
    fit(&tables::found(&text(facts, "ledger_tables"), ledger))?;
    Ok(Missing::of(facts, ledger))
}

/// A ledger that a newer version made is not read.
///
/// # Errors
/// [`Error::Unfit`] with [`LedgerProblem::Newer`].
pub(crate) fn known_layout(there: &[Found]) -> Result<(), Error> {
    let newer = there
        .iter()
        .find_map(|found| Some((found, found.facts.newer.as_ref()?)));
    newer.map_or(Ok(()), |(found, layout)| {
        Err(Error::unfit(LedgerProblem::Newer {
            table: found.place.clone(),
            layout: layout.clone(),
            known: LAYOUT,
        }))
    })
}

/// Tables of which not every row is seen, or may be lost, are no ledger.
///
/// # Errors
/// [`Error::Unfit`] with [`LedgerProblem::Unfit`].
pub(crate) fn fit(there: &[Found]) -> Result<(), Error> {
    let faults = there.iter().flat_map(|found| {
        let faults = found.facts.faults.iter();
        faults.map(|fault| LedgerProblem::Unfit {
            table: found.place.clone(),
            fault: fault.clone(),
        })
    });
    let problems: Vec<_> = faults.map(Problem::from).collect();
    if problems.is_empty() {
        Ok(())
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
