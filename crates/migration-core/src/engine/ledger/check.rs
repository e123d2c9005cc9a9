//! Statements that fail unless the ledger says what was just written, in the same transaction and the same message.
//!
//! The command tag does not say it: a trigger, a rule or a policy may have left the row out, changed it, or put it elsewhere. They need
//! no procedural language: the failure is that of a text that is no number, and the text names the table.

use crate::engine::{
    config::literal,
    connection::server::{refusal, sqlstate},
    sql::EQ,
};

/// How the text begins that the server is not able to read as a number.
const MARK: &str = "ledger write without its effect: ";

/// Whether a trigger of the table may still change it when the transaction commits, behind every check.
const WAITS_FOR_COMMIT: &str = "EXISTS (SELECT FROM pg_catalog.pg_trigger AS t WHERE t.tgrelid OPERATOR(pg_catalog.=) c.oid \
    AND t.tgdeferrable AND NOT t.tgisinternal AND t.tgenabled OPERATOR(pg_catalog.<>) 'D')";

/// A statement that writes, and the one that checks it. They are sent one behind the other.
pub(crate) type Checked = [String; 2];

/// What a check looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Depth {
    /// The rows, and whether it is a plain table whose rows are all seen and that no trigger changes later.
    Table,
    /// The rows alone. What the table is was checked by the same session, and nothing since can have changed it.
    Rows,
}

/// Fails unless exactly so many rows of a table fulfil a condition, or where it is no plain table whose rows are all seen.
pub(crate) fn rows(table: &str, count: usize, condition: &str) -> String {
    // One text is compared in a fraction of the time that the planner takes for three conditions.
    let is_table = format!(
        "pg_catalog.concat(c.relkind, c.relpersistence, pg_catalog.row_security_active(c.oid)) {EQ} 'rpf'"
    );
    check(table, &in_catalog(table, &is_table), count, condition)
}

/// Fails unless exactly so many rows of a table fulfil a condition. What the table is [`rows`] checked before.
pub(crate) fn only_rows(table: &str, count: usize, condition: &str) -> String {
    check(table, "", count, condition)
}

/// As [`rows`], for a table of another tool, which may be partitioned or unlogged.
pub(crate) fn foreign_rows(table: &str, count: usize, condition: &str) -> String {
    let is_table =
        format!("(c.relkind {EQ} 'r' OR c.relkind {EQ} 'p') AND NOT pg_catalog.row_security_active(c.oid)");
    check(table, &in_catalog(table, &is_table), count, condition)
}

/// A condition behind others: what the catalog says of the table.
fn in_catalog(table: &str, is_table: &str) -> String {
    format!(
        " AND (SELECT {is_table} AND NOT (c.relhastriggers AND {WAITS_FOR_COMMIT}) \
         FROM pg_catalog.pg_class AS c WHERE c.oid {EQ} CAST({} AS pg_catalog.regclass))",
        literal(table)
    )
}

fn check(table: &str, is_table: &str, count: usize, condition: &str) -> String {
    format!(
        "SELECT CASE WHEN pg_catalog.count(*) {EQ} {count}{is_table} THEN 0 \
         ELSE CAST(pg_catalog.concat({}, {}) AS integer) END FROM {table} WHERE {condition}",
        literal(MARK),
        literal(table)
    )
}

/// The table of which a check failed, as it is written; nothing where the error is another one.
pub(crate) fn failed(error: &sqlx::Error) -> Option<String> {
    // 22P02: a text that is no number.
    if sqlstate(error) != Some("22P02") {
        return None;
    }
    let (_, table) = refusal(error)?.message().split_once(MARK)?;
    Some(table.strip_suffix('"').unwrap_or(table).to_owned())
}
