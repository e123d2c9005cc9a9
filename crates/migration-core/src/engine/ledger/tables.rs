//! What the catalog says of the ledger's tables: which are there, of what kind and layout, and what makes them unfit.

use super::{
    fault::LedgerFault,
    layout::{PREFIX, newer},
};
use crate::{
    LedgerTable,
    engine::{
        config::literal,
        sql::{EQ, NE},
    },
};

/// One of the ledger's tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Table {
    /// A row for each migration that is applied.
    Rows,
    /// The steps of migrations without a transaction.
    Progress,
    /// What was done beside applying.
    Audit,
}

impl Table {
    /// All of them.
    pub(crate) const ALL: [Self; 3] = [Self::Rows, Self::Progress, Self::Audit];
}

/// Separates tables, what is said of one, and names, in the answer to [`question`].
const TABLES: char = '\u{1e}';
const PARTS: char = '\u{1f}';
const NAMES: char = '\u{1d}';

/// One table that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) table: Table,
    /// With its schema, for people.
    pub(crate) place: String,
    pub(crate) facts: Facts,
}

/// What is known of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Facts {
    name: String,
    /// What makes it unfit, whatever is written.
    pub(crate) faults: Vec<LedgerFault>,
    /// A layout that is not known here.
    pub(crate) newer: Option<String>,
}

/// An expression with all that is known of the ledger's tables, as one text for [`found`]; null where there are none.
pub(crate) fn question(ledger: &LedgerTable) -> String {
    question_of(&[ledger.rows(), ledger.progress(), ledger.audit()])
}

/// The tables of an answer to [`question`].
pub(crate) fn found(answer: &str, ledger: &LedgerTable) -> Vec<Found> {
    let names = ledger.tables();
    let found = facts(answer).into_iter().filter_map(|facts| {
        let at = names.iter().position(|name| *name == facts.name)?;
        Some(Found {
            table: Table::ALL[at],
            place: format!("{}.{}", ledger.schema, facts.name),
            facts,
        })
    });
    found.collect()
}

/// As [`question`], for tables of these names. It takes no rights but that of using their schemas.
pub(crate) fn question_of(tables: &[String]) -> String {
    let oids: Vec<_> = tables
        .iter()
        .map(|table| format!("pg_catalog.to_regclass({})", literal(table)))
        .collect();
    let name = "CAST(conname AS pg_catalog.text)";
    let parts = [
        "c.relname".to_owned(),
        "c.relkind".to_owned(),
        "c.relpersistence".to_owned(),
        "CASE WHEN c.relispartition THEN 'yes' END".to_owned(),
        "CASE WHEN pg_catalog.row_security_active(c.oid) THEN 'yes' END".to_owned(),
        list(
            "pg_inherits",
            "CAST(inhrelid AS pg_catalog.regclass)",
            &format!("inhparent {EQ} c.oid"),
        ),
        list(
            "pg_rewrite",
            "rulename",
            &format!("ev_class {EQ} c.oid AND ev_enabled {NE} 'D' AND rulename {NE} '_RETURN'"),
        ),
        list(
            "pg_constraint",
            "conname",
            &format!("conrelid {EQ} c.oid AND pg_catalog.starts_with({name}, '{PREFIX}')"),
        ),
    ];
    let parts = parts.map(|part| format!("coalesce(CAST({part} AS pg_catalog.text), '')"));
    format!(
        "(SELECT pg_catalog.string_agg(pg_catalog.concat_ws('{PARTS}', {}), '{TABLES}') FROM pg_catalog.pg_class AS c \
         WHERE c.oid {EQ} ANY (ARRAY[{}]))",
        parts.join(", "),
        oids.join(", ")
    )
}

/// An expression with the names of a table's triggers, for [`names`]. It is asked apart: a catalog more is felt where there is nothing to
/// do.
pub(crate) fn triggers_of(table: &str) -> String {
    let table = format!("pg_catalog.to_regclass({})", literal(table));
    list(
        "pg_trigger",
        "tgname",
        &format!("tgrelid {EQ} {table} AND tgenabled {NE} 'D' AND NOT tgisinternal"),
    )
}

fn list(catalog: &str, column: &str, condition: &str) -> String {
    format!(
        "(SELECT pg_catalog.string_agg(CAST({column} AS pg_catalog.text), '{NAMES}' ORDER BY {column}) \
         FROM pg_catalog.{catalog} WHERE {condition})"
    )
}

/// The names of an answer to [`triggers_of`].
pub(crate) fn names(answer: &str) -> Vec<String> {
    let names = answer.split(NAMES).filter(|name| !name.is_empty());
    names.map(ToOwned::to_owned).collect()
}

/// The tables of an answer to [`question_of`].
pub(crate) fn facts(answer: &str) -> Vec<Facts> {
    let tables = answer.split(TABLES).filter(|table| !table.is_empty());
    tables.map(facts_of).collect()
}

fn facts_of(answer: &str) -> Facts {
    let parts: Vec<_> = answer.split(PARTS).collect();
    let part = |at: usize| parts.get(at).copied().unwrap_or_default();
    let is_table = part(1) == "r";
    let (children, rules) = (names(part(5)), names(part(6)));
    let kind = kind(part(1)).to_owned();
    let faults = [
        (!is_table).then_some(LedgerFault::NotATable { kind }),
        (is_table && part(2) != "p").then_some(LedgerFault::Unlogged),
        (!part(3).is_empty()).then_some(LedgerFault::Partition),
        (!part(4).is_empty()).then_some(LedgerFault::RowSecurity),
        (is_table && !children.is_empty()).then_some(LedgerFault::Children { names: children }),
        (is_table && !rules.is_empty()).then_some(LedgerFault::Rules { names: rules }),
    ];
    Facts {
        name: part(0).to_owned(),
        faults: faults.into_iter().flatten().collect(),
        newer: newer(names(part(7)).iter().map(String::as_str)).map(ToOwned::to_owned),
    }
}

fn kind(relkind: &str) -> &'static str {
    match relkind {
        "v" => "a view",
        "m" => "a materialized view",
        "f" => "a foreign table",
        "p" => "a partitioned table",
        "S" => "a sequence",
        "i" | "I" => "an index",
        _ => "no table",
    }
}
