//! A digest of the rows of a database: what two builds of it can be compared by.
//!
//! For each table the number of rows and for each of its columns a sum over the values, for each sequence its last value. Times within
//! minutes of now count as the same. Out of scope: the order of rows, large objects, rows of foreign tables and of extensions.

use std::collections::BTreeMap;

use schema_contract::Scope;
use sqlx::{AssertSqlSafe, PgConnection, Row, raw_sql};

use crate::{error::Error, schema::SchemaProblem};

/// By table, column or sequence, as it is named to people.
pub(super) type Rows = BTreeMap<String, String>;

/// The columns of all tables of users, the table without a column first.
const COLUMNS: &str = "\
SELECT n.nspname AS schema, c.relname AS name, coalesce(a.attname, '') AS column, coalesce(t.typname, '') AS type
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN pg_type t ON t.oid = a.atttypid
WHERE c.relkind IN ('r', 'm') AND c.relispopulated AND c.relpersistence <> 't'
  AND n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%'
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.classid = 'pg_class'::regclass AND d.deptype = 'e')
ORDER BY 1, 2, a.attnum";

const SEQUENCES: &str = "\
SELECT schemaname AS schema, sequencename AS name, coalesce(last_value::text, '') AS last FROM pg_sequences";

/// Reads it. What cannot be read has no digest.
pub(super) async fn rows(connection: &mut PgConnection, scope: &Scope) -> Result<Rows, Error> {
    let mut tables: BTreeMap<(String, String), Vec<(String, String)>> = BTreeMap::new();
    for row in fetch(connection, COLUMNS).await? {
        let (schema, name) = (text(&row, "schema"), text(&row, "name"));
        if !scope.covers_schema(&schema) || !scope.covers_table(&schema, &name) {
            continue;
        }
        let columns = tables.entry((schema, name)).or_default();
        let column = text(&row, "column");
        if !column.is_empty() {
            columns.push((column, text(&row, "type")));
        }
    }
    let mut digest = Rows::new();
    for ((schema, name), columns) in &tables {
        // One statement a table: a value that cannot be written out ends no other.
        if let Ok(found) = fetch(connection, &sums(schema, name, columns)).await
            && let Some(row) = found.first()
        {
            let table = format!("{schema}.{name}");
            for (place, (column, _)) in columns.iter().enumerate() {
                digest.insert(
                    format!("column {table}.{column}"),
                    text(row, &format!("c{place}")),
                );
            }
            digest.insert(format!("table {table}"), text(row, "rows"));
        }
    }
    for row in fetch(connection, SEQUENCES).await? {
        let (schema, name) = (text(&row, "schema"), text(&row, "name"));
        if scope.covers_schema(&schema) {
            digest.insert(format!("sequence {schema}.{name}"), text(&row, "last"));
        }
    }
    Ok(digest)
}

fn sums(schema: &str, table: &str, columns: &[(String, String)]) -> String {
    let sums: Vec<_> = columns
        .iter()
        .enumerate()
        .map(|(place, (column, kind))| {
            let column = quoted(column);
            let value = match now(kind) {
                Some(now) => format!(
                    "CASE WHEN {column} BETWEEN {now} - interval '10 min' AND {now} + interval '10 min' THEN 'now' ELSE {column}::text END"
                ),
                None => format!("{column}::text"),
            };
            format!(", sum(hashtextextended({value}, 0)::numeric)::text AS c{place}")
        })
        .collect();
    let (schema, table) = (quoted(schema), quoted(table));
    format!(
        "SELECT count(*)::text AS rows{} FROM ONLY {schema}.{table}",
        sums.concat()
    )
}

/// The time now as a value of this type.
fn now(kind: &str) -> Option<&'static str> {
    match kind {
        "timestamptz" => Some("now()"),
        "timestamp" => Some("now()::timestamp"),
        _ => None,
    }
}

/// The keys whose values differ.
pub(super) fn different<'r>(one: &'r Rows, other: &'r Rows) -> impl Iterator<Item = &'r str> {
    let only_there = other.keys().filter(|key| !one.contains_key(*key));
    let keys = one.keys().chain(only_there);
    keys.filter(|key| one.get(*key) != other.get(*key))
        .map(String::as_str)
}

/// What differs, in words. What is there in one of them alone is for the schema to show.
pub(super) fn describe(key: &str, one: &Rows, other: &Rows) -> Option<String> {
    let (before, after) = (one.get(key)?, other.get(key)?);
    Some(match key.split(' ').next() {
        Some("table") => format!("{key} has {after} rows instead of {before}"),
        Some("column") => format!("{key} has other values"),
        _ => format!("{key} is at {after} instead of {before}"),
    })
}

async fn fetch(connection: &mut PgConnection, sql: &str) -> Result<Vec<sqlx::postgres::PgRow>, Error> {
    let query = raw_sql(AssertSqlSafe(sql.to_owned()));
    let rows = query.fetch_all(&mut *connection).await;
    Ok(rows.map_err(SchemaProblem::Gone)?)
}

fn text(row: &sqlx::postgres::PgRow, column: &str) -> String {
    let value = row.try_get_unchecked::<Option<String>, _>(column);
    value.ok().flatten().unwrap_or_default()
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_are_told_in_words() {
        let rows = |pairs: &[(&str, &str)]| -> Rows {
            let owned = pairs.iter().map(|(key, value)| ((*key).into(), (*value).into()));
            owned.collect()
        };
        let one = rows(&[
            ("table a.t", "1"),
            ("column a.t.id", "7"),
            ("table a.u", "0"),
            ("sequence a.s", ""),
        ]);
        let other = rows(&[("table a.t", "2"), ("column a.t.id", "8"), ("sequence a.s", "3")]);
        let told: Vec<_> = different(&one, &other)
            .filter_map(|key| describe(key, &one, &other))
            .collect();
        assert_eq!(
            told,
            [
                "column a.t.id has other values",
                "sequence a.s is at 3 instead of ",
                "table a.t has 2 rows instead of 1"
            ]
        );
    }
}
