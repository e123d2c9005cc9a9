//! Indexes, as parts of their tables.

use super::{
    Facts, array,
    names::Names,
    part,
    rows::{Row, Rows},
};
use crate::{
    name,
    values::{IndexColumn, Over, Value},
};

pub(super) const INDEXES: &str = "SELECT i.indexrelid, i.indnkeyatts, i.indisunique, @15(i.indnullsnotdistinct) AS nulls_equal, \
     i.indisprimary, i.indisexclusion, i.indisclustered, i.indisvalid, i.indisreplident, i.indkey, i.indcollation, \
     i.indoption, pg_get_expr(i.indpred, i.indrelid) AS predicate, m.amname, c.reloptions, s.spcname, \
     CASE WHEN i.indexprs IS NOT NULL THEN ARRAY(SELECT pg_get_indexdef(i.indexrelid, k, false) \
     FROM generate_series(1, i.indnatts) k) END AS expressions, i.indclass \
     FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am m ON m.oid = c.relam \
     LEFT JOIN pg_tablespace s ON s.oid = c.reltablespace WHERE i.indexrelid >= 16384";

/// An index: its columns and what sets it apart.
pub(super) fn build(rows: &Rows, names: &Names, facts: &mut Facts) {
    for row in rows {
        let Some((relation, index_name)) = names.index(row.oid("indexrelid")) else {
            continue;
        };
        let object = &relation.object;
        let index = part("index", index_name);
        let mut keys = columns(row, names);
        let included = keys.split_off(row.number::<usize>("indnkeyatts").min(keys.len()));
        facts.part(object, &index, "columns", Value::IndexColumns(keys));
        if !included.is_empty() {
            facts.part(object, &index, "include", Value::IndexColumns(included));
        }
        if row.text("amname") != "btree" {
            facts.part(object, &index, "method", row.text("amname"));
        }
        let valid = if row.is("indisvalid") { "f" } else { "t" };
        for (value, property) in [
            (row.text("indisunique"), "unique"),
            (row.text("nulls_equal"), "nulls not distinct"),
            (row.text("indisprimary"), "primary"),
            (row.text("indisexclusion"), "exclusion"),
            (row.text("indisclustered"), "clustered"),
            (row.text("indisreplident"), "replica identity"),
            (valid, "invalid"),
        ] {
            if value == "t" {
                facts.part(object, &index, property, "yes");
            }
        }
        for (column, property) in [("predicate", "where"), ("spcname", "tablespace")] {
            if let Some(value) = row.get(column) {
                facts.part(object, &index, property, value);
            }
        }
        for option in array::elements(row.text("reloptions")) {
            let (key, value) = option.split_once('=').unwrap_or((&option, ""));
            facts.part(object, &index, format!("option {}", name::quoted(key)), value);
        }
    }
}

/// Each column as it stands in `CREATE INDEX`: what is indexed, then collation, operator class and order where
/// they are not the usual ones.
fn columns(row: &Row, names: &Names) -> Vec<IndexColumn> {
    let Some((relation, _)) = names.index(row.oid("indexrelid")) else {
        return Vec::new();
    };
    let expressions = array::elements(row.text("expressions"));
    let collations: Vec<u32> = array::numbers(row.text("indcollation"));
    let orders: Vec<i16> = array::numbers(row.text("indoption"));
    let classes: Vec<u32> = array::numbers(row.text("indclass"));
    let ordered = row.text("amname") == "btree";
    let column = |(position, number): (usize, i16)| {
        let over = if number == 0 {
            Over::Expression(expressions.get(position).cloned().unwrap_or_default())
        } else {
            Over::Column(relation.column(number).to_owned())
        };
        let mut options = String::new();
        let same_as_column = relation.collation(number);
        if let Some(collation) = collations
            .get(position)
            .filter(|oid| **oid != 0 && Some(**oid) != same_as_column)
            && let Some(collation) = names.collation(*collation)
            && !(number == 0 && collation == "default")
        {
            options.push_str(&format!(" COLLATE {collation}"));
        }
        let class = classes.get(position).copied().unwrap_or_default();
        options.push_str(&names.operator_class(class, row.oid("indexrelid"), position));
        if let Some(order) = orders.get(position).filter(|_| ordered) {
            options.push_str(match order & 3 {
                1 => " DESC NULLS LAST",
                2 => " NULLS FIRST",
                3 => " DESC",
                _ => "",
            });
        }
        IndexColumn { over, options }
    };
    array::numbers(row.text("indkey"))
        .into_iter()
        .enumerate()
        .map(column)
        .collect()
}
