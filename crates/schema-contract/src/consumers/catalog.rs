//! What the catalog says about the columns and types of results.
//!
//! It is read each time: a connection remembers the labels of an enum from when it first met it.

use std::collections::HashMap;

use sqlx::{PgConnection, Row as _, postgres::types::Oid};

use super::types::{CatalogKind, CatalogType, Types};

/// What a prepared statement does not say.
#[derive(Default)]
pub(super) struct Catalog {
    /// Whether each column of a table, by its oid and number, is NOT NULL.
    not_null: HashMap<(u32, i16), bool>,
    pub(super) types: Types,
}

const COLUMNS: &str = "SELECT a.attrelid, a.attnum, a.attnotnull, c.reltype, a.attname::text, a.atttypid \
    FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid \
    WHERE a.attrelid >= 16384 AND a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'c') \
    ORDER BY a.attrelid, a.attnum";

/// An array is what sqlx takes for one.
const TYPES: &str = "SELECT t.oid, n.nspname::text, t.typname::text, \
        CASE WHEN t.typtype = 'b' AND t.typcategory = 'A' AND t.typelem <> 0 THEN 'a' ELSE t.typtype::text END, \
        coalesce(r.rngsubtype, nullif(t.typbasetype, 0), t.typelem), \
        ARRAY(SELECT e.enumlabel::text FROM pg_catalog.pg_enum e WHERE e.enumtypid = t.oid ORDER BY e.enumsortorder) \
    FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace \
    LEFT JOIN pg_catalog.pg_range r ON r.rngtypid = t.oid";

impl Catalog {
    /// Reads it.
    pub(super) async fn read(conn: &mut PgConnection) -> Result<Self, sqlx::Error> {
        let mut catalog = Self::default();
        let mut attributes: HashMap<u32, Vec<(String, u32)>> = HashMap::new();
        for row in sqlx::query(COLUMNS)
            .persistent(false)
            .fetch_all(&mut *conn)
            .await?
        {
            let (Oid(table), Oid(row_type), Oid(data_type)) =
                (row.try_get(0)?, row.try_get(3)?, row.try_get(5)?);
            catalog.not_null.insert((table, row.try_get(1)?), row.try_get(2)?);
            attributes
                .entry(row_type)
                .or_default()
                .push((row.try_get(4)?, data_type));
        }
        for row in sqlx::query(TYPES).persistent(false).fetch_all(conn).await? {
            let (Oid(oid), Oid(below)) = (row.try_get(0)?, row.try_get(4)?);
            let kind = match row.try_get::<&str, _>(3)? {
                "a" => CatalogKind::Array(below),
                "c" => CatalogKind::Composite(attributes.remove(&oid).unwrap_or_default()),
                "d" => CatalogKind::Domain(below),
                "e" => CatalogKind::Enum(row.try_get(5)?),
                "r" => CatalogKind::Range(below),
                _ => CatalogKind::Simple,
            };
            let found = CatalogType {
                schema: row.try_get(1)?,
                name: row.try_get(2)?,
                kind,
            };
            catalog.types.insert(oid, found);
        }
        Ok(catalog)
    }

    /// Whether a column of a table takes NULL; not known of what is no column of a table.
    pub(super) fn may_be_null(&self, column: Option<(u32, i16)>) -> bool {
        column.is_some_and(|column| self.not_null.get(&column) == Some(&false))
    }
}
