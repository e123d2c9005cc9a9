//! The ledger's tables: which are there, and the statements that make the others.
//!
//! All of them are made together, before the first migration: a migration may restrict what the role can make after it, and so may
//! an event trigger. Earlier versions made each when it was first needed, so that their ledgers may lack some.

use sqlx::{PgConnection, postgres::PgRow};

use super::{
    layout,
    tables::{self, Table},
};
use crate::{
    Config, Error, LedgerTable,
    engine::{
        config::{identifier, literal},
        connection::server::{send, sqlstate, text},
        sql::EQ,
    },
};

/// What is not there yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Missing {
    schema: bool,
    tables: Vec<Table>,
}

impl Default for Missing {
    fn default() -> Self {
        Self {
            schema: true,
            tables: Table::ALL.to_vec(),
        }
    }
}

impl Missing {
    /// From a row with the columns of [`question`].
    pub(crate) fn of(facts: &PgRow, ledger: &LedgerTable) -> Self {
        let there = tables::found(&text(facts, "ledger_tables"), ledger);
        let mut missing = Self {
            schema: there.is_empty() && text(facts, "has_schema") != "t",
            ..Self::default()
        };
        missing
            .tables
            .retain(|table| there.iter().all(|found| found.table != *table));
        missing
    }

    pub(crate) fn has(&self, table: Table) -> bool {
        self.tables.contains(&table)
    }

    /// The statements that make those of these tables that are not there.
    pub(crate) fn make(&self, needed: &[Table], ledger: &LedgerTable) -> Vec<String> {
        let tables = needed.iter().filter(|table| self.has(**table));
        let mut statements: Vec<_> = tables.map(|table| create(*table, ledger)).collect();
        if self.schema && !statements.is_empty() {
            let schema = format!("CREATE SCHEMA IF NOT EXISTS {}", identifier(&ledger.schema));
            statements.insert(0, schema);
        }
        statements
    }

    /// What [`Missing::make`] makes is there from now on.
    pub(crate) fn are_made(&mut self, made: &[Table]) {
        self.schema = false;
        self.tables.retain(|table| !made.contains(table));
    }
}

/// What is asked for [`Missing::of`] and for the fitness of what is there.
pub(crate) fn question(ledger: &LedgerTable) -> String {
    format!(
        "pg_catalog.to_regnamespace({}) IS NOT NULL AS has_schema, {} AS ledger_tables",
        literal(&identifier(&ledger.schema)),
        tables::question(ledger)
    )
}

/// Looks what is not there.
pub(crate) async fn look(connection: &mut PgConnection, ledger: &LedgerTable) -> Result<Missing, Error> {
    let results = send(connection, &format!("SELECT {}", question(ledger)))
        .await
        .map_err(Error::server("look for the ledger"))?;
    let facts = results.first().and_then(|rows| rows.first());
    Ok(facts.map(|facts| Missing::of(facts, ledger)).unwrap_or_default())
}

/// What is missing after an attempt to make it failed and was rolled back; an error, unless another session made it at the same
/// moment. The lock keeps only other runners away.
pub(crate) async fn look_again(
    connection: &mut PgConnection,
    error: Error,
    config: &Config,
) -> Result<Missing, Error> {
    let sqlstate = match &error {
        Error::Server { source, .. } => sqlstate(source),
        _ => None,
    };
    // 23505 in the catalog, 42P06, 42P07 and 42710: what was to be made was made meanwhile.
    if !matches!(sqlstate, Some("23505" | "42P06" | "42P07" | "42710")) {
        return Err(error);
    }
    look(connection, &config.ledger).await
}

fn create(table: Table, ledger: &LedgerTable) -> String {
    let (name, columns) = match table {
        Table::Rows => (
            ledger.rows(),
            "id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    component pg_catalog.text NOT NULL,
    filename pg_catalog.text NOT NULL,
    checksum pg_catalog.text NOT NULL,
    applied_at pg_catalog.timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
    version pg_catalog.text NOT NULL,
    neutral_checksum pg_catalog.text NOT NULL,
    duration interval NOT NULL,
    transactional boolean NOT NULL,
    late boolean NOT NULL,
    environment pg_catalog.text NOT NULL,
    applied_by pg_catalog.text NOT NULL,
    tool pg_catalog.text NOT NULL,
    UNIQUE (component, filename)"
                .to_owned(),
        ),
        Table::Progress => (
            ledger.progress(),
            format!(
                "component pg_catalog.text NOT NULL,
    filename pg_catalog.text NOT NULL,
    direction pg_catalog.text NOT NULL CHECK (direction {EQ} 'up' OR direction {EQ} 'down'),
    checksum pg_catalog.text NOT NULL,
    steps_total integer NOT NULL,
    steps_done integer NOT NULL,
    running integer,
    note pg_catalog.text NOT NULL DEFAULT '',
    started_at pg_catalog.timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
    started_by pg_catalog.text NOT NULL,
    PRIMARY KEY (component, filename)"
            ),
        ),
        Table::Audit => (
            ledger.audit(),
            "id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at pg_catalog.timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
    action pg_catalog.text NOT NULL,
    component pg_catalog.text NOT NULL,
    filename pg_catalog.text NOT NULL,
    detail pg_catalog.jsonb NOT NULL,
    actor pg_catalog.text NOT NULL,
    role pg_catalog.text NOT NULL DEFAULT session_user,
    tool pg_catalog.text NOT NULL"
                .to_owned(),
        ),
    };
    format!(
        "CREATE TABLE IF NOT EXISTS {name} (\n    {columns},\n    {}\n)",
        layout::mark()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_needed_and_not_there_is_made() {
        let ledger = LedgerTable::default();
        let mut missing = Missing::default();
        let first = missing.make(&[Table::Rows], &ledger);
        assert_eq!(first.len(), 2, "the schema and the table: {first:?}");
        missing.are_made(&[Table::Rows]);
        let more = missing.make(&[Table::Rows, Table::Audit], &ledger);
        assert_eq!(more.len(), 1);
        assert!(more[0].contains("\"schema_migrations_audit\""), "{more:?}");
        missing.are_made(&[Table::Audit]);
        assert!(missing.make(&[Table::Rows, Table::Audit], &ledger).is_empty());
    }
}
