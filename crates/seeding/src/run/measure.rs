//! Which tables a transaction has written, and whether their content is the same as before.
//!
//! The server counts rows written as it goes (the functions behind `pg_stat_xact_user_tables`), so nothing has to be read to know that
//! nothing happened. The counters may still hold what earlier transactions of the session did, hence differences
//! between two readings within one transaction. A TRUNCATE is not counted; it shows as a new file node.
//!
//! Left out on purpose: sequences. A number burnt by an insert that did nothing is not content.

use std::collections::BTreeMap;

use sqlx::{AssertSqlSafe, PgConnection};

use crate::{folder::TableName, values::identifier};

/// What a transaction had written to a table when it was asked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Counted {
    pub(crate) inserted: u64,
    pub(crate) updated: u64,
    pub(crate) deleted: u64,
    file_nodes: Vec<i64>,
}

pub(crate) type Counts = BTreeMap<TableName, Counted>;

/// What `pg_stat_xact_user_tables` shows, without the indexes' and scans' counters that it computes as well.
const COUNTS: &str = "
    SELECT n.nspname::text, r.relname::text,
           pg_stat_get_xact_tuples_inserted(c.oid),
           pg_stat_get_xact_tuples_updated(c.oid),
           pg_stat_get_xact_tuples_deleted(c.oid),
           c.relfilenode::int8
    FROM pg_catalog.pg_class c
    JOIN pg_catalog.pg_class r
      ON r.oid = CASE WHEN c.relispartition THEN pg_partition_root(c.oid)::oid ELSE c.oid END
    JOIN pg_catalog.pg_namespace n ON n.oid = r.relnamespace
    WHERE c.relkind IN ('r', 'm') AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
    ORDER BY c.oid";

/// Reads the counters; partitions count for the table they are parts of.
pub(crate) async fn counts(conn: &mut PgConnection) -> Result<Counts, sqlx::Error> {
    let rows: Vec<(String, String, i64, i64, i64, i64)> = sqlx::query_as(COUNTS).fetch_all(conn).await?;
    let mut counts = Counts::new();
    for (schema, table, inserted, updated, deleted, file_node) in rows {
        let unsigned = |count: i64| u64::try_from(count).unwrap_or(0);
        let counted = counts.entry(TableName { schema, table }).or_default();
        counted.inserted += unsigned(inserted);
        counted.updated += unsigned(updated);
        counted.deleted += unsigned(deleted);
        counted.file_nodes.push(file_node);
    }
    Ok(counts)
}

/// What was written between two readings: tables that nothing was done to are not in it.
pub(crate) fn written(before: &Counts, after: &Counts) -> Counts {
    let nothing = Counted::default();
    let mut written = Counts::new();
    for (table, now) in after {
        let was = before.get(table).unwrap_or(&nothing);
        let difference = Counted {
            inserted: now.inserted.saturating_sub(was.inserted),
            updated: now.updated.saturating_sub(was.updated),
            deleted: now.deleted.saturating_sub(was.deleted),
            file_nodes: Vec::new(),
        };
        let is_same_file = now.file_nodes == was.file_nodes;
        if difference != nothing || !is_same_file {
            written.insert(table.clone(), difference);
        }
    }
    written
}

/// A table's content in a few numbers, the same whatever the order of its rows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Digest {
    rows: String,
    columns: BTreeMap<String, String>,
}

impl Digest {
    /// The columns whose content differs; all of them where only the combination does.
    pub(crate) fn differing(&self, other: &Self) -> Vec<String> {
        if self.rows == other.rows {
            return Vec::new();
        }
        let names = self.columns.keys().chain(other.columns.keys());
        let mut differing: Vec<String> = names
            .filter(|name| self.columns.get(*name) != other.columns.get(*name))
            .cloned()
            .collect();
        differing.sort();
        differing.dedup();
        if differing.is_empty() {
            differing = other.columns.keys().cloned().collect();
        }
        differing
    }
}

const COLUMN_NAMES: &str = "
    SELECT a.attname::text
    FROM pg_catalog.pg_attribute a
    JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = $1 AND c.relname = $2 AND a.attnum > 0 AND NOT a.attisdropped
    ORDER BY a.attnum";

/// Digests a table's content; a table that is not there has none.
pub(crate) async fn digest(conn: &mut PgConnection, table: &TableName) -> Result<Digest, sqlx::Error> {
    let names: Vec<String> = sqlx::query_scalar(COLUMN_NAMES)
        .bind(&table.schema)
        .bind(&table.table)
        .fetch_all(&mut *conn)
        .await?;
    if names.is_empty() {
        return Ok(Digest::default());
    }
    // A sum of hashes does not depend on the order of the rows, and needs no sort.
    let hash =
        |text: &str| format!("coalesce(sum(hashtextextended({text} COLLATE \"C\", 0)::numeric), 0)::text");
    let columns = names
        .iter()
        .map(|name| hash(&format!("content.{}::text", identifier(name))));
    let query = format!(
        "SELECT count(*)::text || ' ' || {}, ARRAY[{}] FROM {} AS content",
        hash("(content.*)::text"),
        columns.collect::<Vec<_>>().join(", "),
        table.quoted()
    );
    let (rows, hashes): (String, Vec<String>) = sqlx::query_as(AssertSqlSafe(query)).fetch_one(conn).await?;
    Ok(Digest {
        rows,
        columns: names.into_iter().zip(hashes).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(inserted: u64, file_node: i64) -> Counts {
        let counted = Counted {
            inserted,
            file_nodes: vec![file_node],
            ..Counted::default()
        };
        Counts::from([(TableName::parse("t"), counted)])
    }

    #[test]
    fn only_what_happened_in_between_counts() {
        assert!(written(&counts(7, 1), &counts(7, 1)).is_empty());
        let between = written(&counts(7, 1), &counts(9, 1));
        assert_eq!(between[&TableName::parse("t")].inserted, 2);
    }

    #[test]
    fn a_truncated_table_was_written_though_nothing_was_counted() {
        assert_eq!(written(&counts(0, 1), &counts(0, 2)).len(), 1);
    }

    #[test]
    fn columns_that_differ_are_named() {
        let digest = |rows: &str, a: &str, b: &str| Digest {
            rows: rows.to_owned(),
            columns: BTreeMap::from([("a".to_owned(), a.to_owned()), ("b".to_owned(), b.to_owned())]),
        };
        assert_eq!(digest("1", "x", "y").differing(&digest("2", "x", "z")), ["b"]);
        assert_eq!(
            digest("1", "x", "y").differing(&digest("2", "x", "y")),
            ["a", "b"]
        );
        assert!(digest("1", "x", "y").differing(&digest("1", "x", "y")).is_empty());
    }
}
