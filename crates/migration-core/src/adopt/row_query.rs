//! The queries for the rows of other tools' ledgers. Each gives the same columns, in the order in which things were applied.

use super::Tool;
use crate::engine::sql::{DIVIDE, EQ, FIELD, GE, GT, LIKE, MATCHES, MINUS, NE, TIMES};

/// The columns of which a tool keeps nothing.
const NO_CHECKSUM: &str = "NULL AS checksum";
const NO_TIMES: &str = "NULL AS applied_at, NULL AS micros";

/// A query with the columns `version`, `name`, `state`, `checksum`, `applied_at`, `micros`, `kind`. The table's name comes quoted.
pub(crate) fn row_query(tool: Tool, table: &str) -> String {
    match tool {
        Tool::Sqlx => format!(
            "SELECT {}, description AS name, CASE WHEN success THEN 'applied' ELSE 'failed' END AS state,
                    pg_catalog.encode(checksum, 'hex') AS checksum, {} AS applied_at,
                    CASE WHEN execution_time {NE} -1 THEN execution_time END {DIVIDE} 1000 AS micros, '' AS kind
             FROM {table} ORDER BY installed_on, {table}.version",
            text("version"),
            time("installed_on")
        ),
        Tool::GolangMigrate => format!(
            "SELECT {}, '' AS name, CASE WHEN dirty THEN 'failed up to' ELSE 'up to' END AS state, {NO_CHECKSUM}, {NO_TIMES}, '' AS kind
             FROM {table} WHERE version {GE} 0",
            text("version")
        ),
        Tool::Tern => format!(
            "SELECT {}, '' AS name, 'up to' AS state, {NO_CHECKSUM}, {NO_TIMES}, '' AS kind FROM {table} WHERE version {GT} 0",
            text("version")
        ),
        // The latest word on a version counts; version 0 is goose's own mark.
        Tool::Goose => format!(
            "SELECT {} AS version, '' AS name, CASE WHEN is_applied THEN 'applied' ELSE 'undone' END AS state, {NO_CHECKSUM},
                    {} AS applied_at, NULL AS micros, '' AS kind
             FROM (SELECT DISTINCT ON (version_id) * FROM {table} WHERE version_id {GT} 0 ORDER BY version_id, id DESC) AS latest
             ORDER BY id",
            text("version_id"),
            time("tstamp")
        ),
        Tool::Dbmate => format!(
            "SELECT {}, '' AS name, 'applied' AS state, {NO_CHECKSUM}, {NO_TIMES}, '' AS kind FROM {table} ORDER BY {table}.version",
            text("version")
        ),
        Tool::Flyway => flyway(table),
        Tool::Refinery => format!(
            "SELECT {}, name, 'applied' AS state, checksum,
                    CASE WHEN applied_on {MATCHES} '^\\d{{4}}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d' THEN {} END AS applied_at,
                    NULL AS micros, CAST(pg_catalog.pg_typeof(version) AS pg_catalog.text) AS kind
             FROM {table} ORDER BY 5, {table}.version",
            text("version"),
            time("applied_on")
        ),
        Tool::Diesel => format!(
            "SELECT {}, '' AS name, 'applied' AS state, {NO_CHECKSUM}, {} AS applied_at, NULL AS micros, '' AS kind
             FROM {table} ORDER BY run_on, {table}.version",
            text("version"),
            time("run_on")
        ),
        // What was rolled back counts as never applied; only an attempt that is neither finished nor given up stands in the way.
        Tool::Prisma => format!(
            "SELECT '' AS version, migration_name AS name, CASE WHEN finished_at IS NULL THEN 'failed' ELSE 'applied' END AS state,
                    checksum, {} AS applied_at,
                    CAST(extract(epoch FROM finished_at {MINUS} started_at) {TIMES} 1000000 AS bigint) AS micros, '' AS kind
             FROM {table} WHERE rolled_back_at IS NULL ORDER BY started_at, migration_name",
            text("finished_at")
        ),
        Tool::Supabase => supabase(table),
        Tool::Encore => by_name(table, "filename", "checksum", "applied_at"),
        Tool::SqlMigrate | Tool::Array => by_name(table, "id", NO_CHECKSUM, "applied_at"),
        Tool::NodePgMigrate => by_name(table, "name", NO_CHECKSUM, "run_on"),
    }
}

/// The query for a ledger that goes by names.
fn by_name(table: &str, name: &str, checksum: &str, at: &str) -> String {
    format!(
        "SELECT '' AS version, {} AS name, 'applied' AS state, {checksum}, {} AS applied_at, NULL AS micros, '' AS kind
         FROM {table} ORDER BY {table}.{at}, {table}.{name}",
        text(name),
        time(at)
    )
}

/// A migration that was undone and applied again has several rows; the latest counts.
fn flyway(table: &str) -> String {
    let [kind, is_named] = [
        text("type"),
        "CASE WHEN version IS NULL THEN description END".to_owned(),
    ];
    format!(
        "SELECT {}, CASE WHEN version IS NULL THEN description ELSE script END AS name,
                CASE WHEN NOT success THEN 'failed' WHEN {kind} {EQ} 'BASELINE' OR {kind} {EQ} 'SQL_BASELINE' THEN 'up to'
                     WHEN {kind} {LIKE} 'UNDO%' OR {kind} {EQ} 'DELETE' THEN 'undone' ELSE 'applied' END AS state,
                {}, {} AS applied_at, CAST(execution_time AS bigint) {TIMES} 1000 AS micros, '' AS kind
         FROM (SELECT DISTINCT ON (version, {is_named}) * FROM {table}
               WHERE {kind} {NE} 'SCHEMA' ORDER BY version, {is_named}, installed_rank DESC) AS latest
         ORDER BY installed_rank",
        text("version"),
        text("checksum"),
        time("installed_on")
    )
}

/// Older ones have no column `statements`.
fn supabase(table: &str) -> String {
    let statements = format!("pg_catalog.to_jsonb(l) {FIELD} 'statements'");
    format!(
        "SELECT {}, '' AS name, 'applied' AS state,
                CASE WHEN pg_catalog.jsonb_typeof({statements}) {EQ} 'array' THEN pg_catalog.array_to_string(
                    ARRAY(SELECT pg_catalog.jsonb_array_elements_text({statements})), E';\\n') END AS checksum,
                {NO_TIMES}, '' AS kind
         FROM {table} AS l ORDER BY l.version",
        text("version")
    )
}

/// A column as text, under its own name.
fn text(column: &str) -> String {
    format!("CAST({column} AS pg_catalog.text)")
}

/// A column with a time, as a text that the server reads as one.
fn time(column: &str) -> String {
    format!("CAST(CAST({column} AS pg_catalog.timestamptz) AS pg_catalog.text)")
}
