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

/// Fails unless exactly so many rows of a table fulfil a condition, or where it is no plain table whose rows are all seen.
pub(crate) fn rows(table: &str, count: usize, condition: &str) -> String {
    let is_table = format!(
        "c.relkind {EQ} 'r' AND c.relpersistence {EQ} 'p' AND NOT pg_catalog.row_security_active(c.oid)"
    );
    check(table, &is_table, count, condition)
}

/// As [`rows`], for a table of another tool, which may be partitioned or unlogged.
pub(crate) fn foreign_rows(table: &str, count: usize, condition: &str) -> String {
    let is_table =
        format!("(c.relkind {EQ} 'r' OR c.relkind {EQ} 'p') AND NOT pg_catalog.row_security_active(c.oid)");
    check(table, &is_table, count, condition)
}

fn check(table: &str, is_table: &str, count: usize, condition: &str) -> String {
    let name = literal(table);
    format!(
        "SELECT CASE WHEN (SELECT pg_catalog.count(*) FROM {table} WHERE {condition}) {EQ} {count} AND EXISTS (\
         SELECT FROM pg_catalog.pg_class AS c WHERE c.oid {EQ} pg_catalog.to_regclass({name}) AND {is_table} \
         AND NOT (c.relhastriggers AND {WAITS_FOR_COMMIT})) THEN 0 \
         ELSE CAST(pg_catalog.concat({}, {name}) AS integer) END",
        literal(MARK)
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
