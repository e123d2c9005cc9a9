//! What the database knows about a table that is to be seeded.

use sqlx::PgConnection;

use crate::{folder::TableName, values::Kind};

/// A column that can be written.
#[derive(Debug, Clone)]
pub(crate) struct Column {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    /// Whether the type has an equality; those without are compared as text.
    pub(crate) has_equality: bool,
    pub(crate) in_primary_key: bool,
    /// The type to cast a text to, where a cast does the same as storing the value: a cast to `varchar(3)` would cut
    /// what storing refuses, so text types go without their length, and what hides one (domains, arrays) has none.
    pub(crate) cast: Option<String>,
}

const COLUMNS: &str = "
    SELECT a.attname::text,
           t.typname IN ('json', 'jsonb'),
           t.typcategory = 'A',
           t.typname NOT IN ('json', 'xml', 'point', 'polygon', 'path', 'line', 'lseg', 'box', 'circle'),
           coalesce(a.attnum = ANY (i.indkey::int2[]), false),
           CASE WHEN d.typtype = 'd' OR (d.typcategory = 'A' AND a.atttypmod <> -1) THEN NULL
                ELSE format_type(a.atttypid, CASE WHEN d.typcategory IN ('S', 'V') THEN -1 ELSE a.atttypmod END)
           END
    FROM pg_catalog.pg_attribute a
    JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_catalog.pg_type d ON d.oid = a.atttypid
    JOIN pg_catalog.pg_type t ON t.oid = coalesce(nullif(d.typbasetype, 0), d.oid)
    LEFT JOIN pg_catalog.pg_index i ON i.indrelid = c.oid AND i.indisprimary
    WHERE n.nspname = $1 AND c.relname = $2 AND c.relkind IN ('r', 'p')
      AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
    ORDER BY a.attnum";

/// The columns that can be written, in their order; none where there is no such table.
pub(crate) async fn columns(conn: &mut PgConnection, table: &TableName) -> Result<Vec<Column>, sqlx::Error> {
    let rows: Vec<(String, bool, bool, bool, bool, Option<String>)> = sqlx::query_as(COLUMNS)
        .bind(&table.schema)
        .bind(&table.table)
        .fetch_all(conn)
        .await?;
    let column = |(name, is_json, is_array, has_equality, in_primary_key, cast)| Column {
        name,
        kind: match (is_json, is_array) {
            (true, _) => Kind::Json,
            (_, true) => Kind::Array,
            _ => Kind::Other,
        },
        has_equality,
        in_primary_key,
        cast,
    };
    Ok(rows.into_iter().map(column).collect())
}
