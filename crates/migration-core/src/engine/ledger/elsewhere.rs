//! Marks of a protected environment in other ledgers of the same database.
//!
//! A database serves one environment, whichever ledger a run works with: the one of a project, of another one beside it, or of a
//! folder by itself.

use sqlx::postgres::PgRow;

use super::{
    layout::{LAYOUT, PREFIX},
    protection::{ENVIRONMENT, is_mark, protected},
};
use crate::{
    Config, ForeignLedgers, Protection,
    engine::{
        config::literal,
        connection::server::maybe,
        sql::{EQ, FIELD_TEXT, NE},
    },
};

/// What the answer to [`question`] is called.
pub(crate) const COLUMN: &str = "protected_elsewhere";

/// An expression with such a mark, as the other ledger has it; null where there is none. Only an open run asks.
///
/// Which tables there are is not known when the question is sent, so that they cannot be named in it: `ts_stat` is the function of every
/// server that runs a query given as text. Nearly every database has one ledger, and pays for a look at one index. Ledgers whose version
/// did not mark its layout yet are not found.
pub(crate) fn question(config: &Config) -> String {
    // A database that was just made serves no environment, whatever a dump put into it.
    let is_new = config.foreign_ledgers != ForeignLedgers::Refuse;
    if is_new || config.environment.protection == Protection::Protected {
        return "CAST(NULL AS pg_catalog.text)".to_owned();
    }
    let ledger = &config.ledger;
    let ours = [ledger.rows(), ledger.progress(), ledger.audit()].map(|name| {
        let name = literal(&name);
        format!("coalesce(CAST(pg_catalog.to_regclass({name}) AS pg_catalog.oid), 0)")
    });
    let others = format!(
        "FROM pg_catalog.pg_constraint AS k WHERE k.conname {EQ} '{PREFIX}{LAYOUT}' AND k.conrelid {NE} ALL (ARRAY[{}])",
        ours.join(", ")
    );
    format!(
        "CASE WHEN EXISTS (SELECT {others}) THEN \
         (SELECT pg_catalog.min(found.word) FROM pg_catalog.ts_stat({}) AS found) END",
        literal(&as_vector(
            "all_marks.mark",
            &format!("({}) AS all_marks", marks_of(&others))
        ))
    )
}

/// A query for the marks in other tables, one a row, of those that the role may read.
fn marks_of(others: &str) -> String {
    let column = format!(
        "CASE WHEN {} THEN 'environment' WHEN {} THEN {} END",
        has_columns(&["component", "neutral_checksum", "environment"]),
        has_columns(&["action", "component", "detail", "tool"]),
        literal(&format!("detail {FIELD_TEXT} '{ENVIRONMENT}'"))
    );
    let query = as_vector("one.mark", "(SELECT %s AS mark FROM %I.%I) AS one");
    format!(
        "SELECT (SELECT pg_catalog.min(found.word) FROM pg_catalog.ts_stat(pg_catalog.format({}, {column}, n.nspname, c.relname)) AS found) \
         AS mark FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid {EQ} c.relnamespace \
         WHERE c.oid {EQ} ANY (ARRAY(SELECT k.conrelid {others})) AND c.relkind {EQ} 'r' AND {column} IS NOT NULL \
         AND NOT pg_catalog.row_security_active(c.oid) AND pg_catalog.has_schema_privilege(n.oid, 'USAGE') \
         AND pg_catalog.has_table_privilege(c.oid, 'SELECT')",
        literal(&query)
    )
}

/// A query for the marks among these texts, as `ts_stat` takes them.
fn as_vector(text: &str, from: &str) -> String {
    format!(
        "SELECT pg_catalog.array_to_tsvector(ARRAY[pg_catalog.left({text}, 200)]) FROM {from} WHERE {}",
        is_mark(text)
    )
}

/// The name of the protected environment in an answer to [`question`], which has this column.
pub(crate) fn found(facts: Option<&PgRow>) -> Option<String> {
    let mark = facts.and_then(|facts| maybe(facts, COLUMN))?;
    protected(&mark).map(ToOwned::to_owned)
}

/// Whether the table `c` has all of these columns.
fn has_columns(names: &[&str]) -> String {
    let has = |name: &&str| {
        format!(
            "EXISTS (SELECT FROM pg_catalog.pg_attribute AS a WHERE a.attrelid {EQ} c.oid AND a.attname {EQ} '{name}')"
        )
    };
    let all: Vec<_> = names.iter().map(has).collect();
    all.join(" AND ")
}
