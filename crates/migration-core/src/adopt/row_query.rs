//! The queries for the rows of other tools' ledgers. Each gives the same columns, in the order in which things were applied.

use super::Tool;

/// A query with the columns `version`, `name`, `state`, `checksum`, `applied_at`, `micros`, `kind`. The table's name comes quoted.
pub(crate) fn row_query(tool: Tool, table: &str) -> String {
    match tool {
        Tool::Sqlx => format!(
            "SELECT version::text, description AS name, CASE WHEN success THEN 'applied' ELSE 'failed' END AS state,
                    encode(checksum, 'hex') AS checksum, installed_on::timestamptz::text AS applied_at,
                    nullif(execution_time, -1) / 1000 AS micros, '' AS kind
             FROM {table} ORDER BY installed_on, {table}.version"
        ),
        Tool::GolangMigrate => format!(
            "SELECT version::text, '' AS name, CASE WHEN dirty THEN 'failed up to' ELSE 'up to' END AS state,
                    NULL AS checksum, NULL AS applied_at, NULL AS micros, '' AS kind
             FROM {table} WHERE version >= 0"
        ),
        Tool::Tern => format!(
            "SELECT version::text, '' AS name, 'up to' AS state, NULL AS checksum, NULL AS applied_at, NULL AS micros, '' AS kind
             FROM {table} WHERE version > 0"
        ),
        // The latest word on a version counts; version 0 is goose's own mark.
        Tool::Goose => format!(
            "SELECT version_id::text AS version, '' AS name, CASE WHEN is_applied THEN 'applied' ELSE 'undone' END AS state,
                    NULL AS checksum, tstamp::timestamptz::text AS applied_at, NULL AS micros, '' AS kind
             FROM (SELECT DISTINCT ON (version_id) * FROM {table} WHERE version_id > 0 ORDER BY version_id, id DESC) AS latest ORDER BY id"
        ),
        Tool::Dbmate => format!(
            "SELECT version::text, '' AS name, 'applied' AS state, NULL AS checksum, NULL AS applied_at, NULL AS micros, '' AS kind
             FROM {table} ORDER BY {table}.version"
        ),
        // A migration that was undone and applied again has several rows; the latest counts.
        Tool::Flyway => format!(
            "SELECT version::text, CASE WHEN version IS NULL THEN description ELSE script END AS name,
                    CASE WHEN NOT success THEN 'failed' WHEN type IN ('BASELINE', 'SQL_BASELINE') THEN 'up to'
                         WHEN type LIKE 'UNDO%' OR type = 'DELETE' THEN 'undone' ELSE 'applied' END AS state,
                    checksum::text, installed_on::timestamptz::text AS applied_at, execution_time::bigint * 1000 AS micros, '' AS kind
             FROM (SELECT DISTINCT ON (version, CASE WHEN version IS NULL THEN description END) * FROM {table}
                   WHERE type <> 'SCHEMA' ORDER BY version, CASE WHEN version IS NULL THEN description END, installed_rank DESC) AS latest
             ORDER BY installed_rank"
        ),
        Tool::Refinery => format!(
            "SELECT version::text, name, 'applied' AS state, checksum,
                    CASE WHEN applied_on ~ '^\\d{{4}}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d' THEN applied_on::timestamptz::text END AS applied_at,
                    NULL AS micros, pg_typeof(version)::text AS kind
             FROM {table} ORDER BY 5, {table}.version"
        ),
        Tool::Diesel => format!(
            "SELECT version::text, '' AS name, 'applied' AS state, NULL AS checksum, run_on::timestamptz::text AS applied_at,
                    NULL AS micros, '' AS kind
             FROM {table} ORDER BY run_on, {table}.version"
        ),
        // What was rolled back counts as never applied; only an attempt that is neither finished nor given up stands in the way.
        Tool::Prisma => format!(
            "SELECT '' AS version, migration_name AS name, CASE WHEN finished_at IS NULL THEN 'failed' ELSE 'applied' END AS state,
                    checksum, finished_at::text AS applied_at,
                    (extract(epoch FROM finished_at - started_at) * 1000000)::bigint AS micros, '' AS kind
             FROM {table} WHERE rolled_back_at IS NULL ORDER BY started_at, migration_name"
        ),
        // Older ones have no column `statements`.
        Tool::Supabase => format!(
            "SELECT version::text, '' AS name, 'applied' AS state,
                    CASE jsonb_typeof(to_jsonb(l) -> 'statements') WHEN 'array' THEN
                        array_to_string(ARRAY(SELECT jsonb_array_elements_text(to_jsonb(l) -> 'statements')), E';\\n') END AS checksum,
                    NULL AS applied_at, NULL AS micros, '' AS kind
             FROM {table} AS l ORDER BY l.version"
        ),
        Tool::Encore => format!(
            "SELECT '' AS version, filename AS name, 'applied' AS state, checksum, applied_at::timestamptz::text AS applied_at,
                    NULL AS micros, '' AS kind
             FROM {table} ORDER BY {table}.applied_at, filename"
        ),
        Tool::Array => format!(
            "SELECT '' AS version, id::text AS name, 'applied' AS state, NULL AS checksum,
                    applied_at::timestamptz::text AS applied_at, NULL AS micros, '' AS kind
             FROM {table} ORDER BY {table}.applied_at, id"
        ),
    }
}
