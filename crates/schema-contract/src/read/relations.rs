//! Tables, views and what they are as a whole: persistence, options, partitioning, inheritance.

use super::{
    Facts, array,
    grants::{self, Access, Privileges},
    names::{Names, Relation},
    part,
    rows::{Row, Rows},
    view_text,
};
use crate::{Value, name, values::RelationName};

pub(super) const RELATIONS: &str = "SELECT c.oid, c.relkind, c.relowner, c.relpersistence, c.relreplident, \
     c.relrowsecurity, c.relforcerowsecurity, c.relispopulated, c.reloptions, c.relacl, a.amname, s.spcname, \
     pg_get_expr(c.relpartbound, c.oid) AS bound, format_type(NULLIF(c.reloftype, 0), NULL) AS of_type, \
     t.reloptions AS toast_options \
     FROM pg_class c LEFT JOIN pg_am a ON a.oid = c.relam LEFT JOIN pg_tablespace s ON s.oid = c.reltablespace \
     LEFT JOIN pg_class t ON t.oid = c.reltoastrelid AND t.reloptions IS NOT NULL \
     WHERE c.oid >= 16384 AND c.relkind NOT IN ('i', 'I', 't')";

/// What a table or view is as a whole. What is as usual is not mentioned.
pub(super) fn build_relations(rows: &Rows, names: &Names, facts: &mut Facts) {
    for row in rows {
        let Some(relation) = names.relation(row.oid("oid")) else {
            continue;
        };
        let object = &relation.object;
        let kind = row.text("relkind");
        if kind != "c" {
            let owner = names.role(row.oid("relowner"));
            let access = Access {
                privileges: if kind == "S" {
                    Privileges::SEQUENCE
                } else {
                    Privileges::TABLE
                },
                owner: &owner,
                list: row.get("relacl"),
            };
            grants::build(facts, names, object, None, &access);
            facts.object(object, "owner", owner);
        }
        if kind != "S" {
            let columns = relation.columns.iter().map(|column| column.name.clone());
            facts.object(object, "columns", Value::Columns(columns.collect()));
        }
        match row.text("relpersistence") {
            "u" => facts.object(object, "persistence", "unlogged"),
            "t" => facts.object(object, "persistence", "temporary"),
            _ => {}
        }
        for (column, property) in [
            ("relrowsecurity", "row security"),
            ("relforcerowsecurity", "row security forced"),
        ] {
            if row.is(column) {
                facts.object(object, property, "yes");
            }
        }
        if kind == "m" && !row.is("relispopulated") {
            facts.object(object, "populated", "no");
        }
        match row.text("relreplident") {
            "f" => facts.object(object, "replica identity", "full"),
            "n" if matches!(kind, "r" | "p") => facts.object(object, "replica identity", "nothing"),
            "i" => facts.object(object, "replica identity", "index"),
            _ => {}
        }
        if let Some(method) = row.get("amname").filter(|method| *method != "heap") {
            facts.object(object, "access method", method);
        }
        optional(row, relation, facts);
    }
}

fn optional(row: &Row, relation: &Relation, facts: &mut Facts) {
    let object = &relation.object;
    for (column, property) in [
        ("spcname", "tablespace"),
        ("bound", "partition bound"),
        ("of_type", "of type"),
    ] {
        if let Some(value) = row.get(column) {
            facts.object(object, property, value);
        }
    }
    for (column, prefix) in [("reloptions", "option "), ("toast_options", "option toast.")] {
        for option in array::elements(row.text(column)) {
            let (key, value) = option.split_once('=').unwrap_or((&option, ""));
            facts.object(object, format!("{prefix}{}", name::quoted(key)), value);
        }
    }
}

pub(super) const VIEWS: &str = "SELECT oid, pg_get_viewdef(oid) AS definition FROM pg_class WHERE oid >= 16384 AND relkind IN ('v', 'm')";

/// The query of a view.
pub(super) fn build_views(rows: &Rows, names: &Names, facts: &mut Facts) {
    for row in rows {
        if let Some(relation) = names.relation(row.oid("oid")) {
            let definition = row.text("definition").trim().trim_end_matches(';');
            let definition = if names.major < 16 {
                view_text::without_prefixes(definition)
            } else {
                definition.to_owned()
            };
            facts.object(&relation.object, "definition", definition);
        }
    }
}

pub(super) const PARTITIONED: &str =
    "SELECT partrelid, pg_get_partkeydef(partrelid) AS key, partdefid FROM pg_partitioned_table";

/// How a table is partitioned.
pub(super) fn build_partitioned(rows: &Rows, names: &Names, facts: &mut Facts) {
    for row in rows {
        if let Some(relation) = names.relation(row.oid("partrelid")) {
            facts.object(&relation.object, "partition by", row.text("key"));
        }
    }
}

pub(super) const INHERITANCE: &str = "SELECT inhrelid, inhparent, @14(inhdetachpending) AS detach_pending, \
     (SELECT relispartition FROM pg_class WHERE oid = inhrelid) AS is_partition \
     FROM pg_inherits ORDER BY inhrelid, inhseqno";

/// Parents of a table, in order; partitions name their one parent, and their indexes those that they are attached to.
pub(super) fn build_inheritance(rows: &Rows, names: &Names, facts: &mut Facts) {
    for group in rows.chunk_by(|a, b| a.text("inhrelid") == b.text("inhrelid")) {
        let Some(relation) = names.relation(group[0].oid("inhrelid")) else {
            build_attached(&group[0], names, facts);
            continue;
        };
        let parents = group
            .iter()
            .map(|row| names.relation(row.oid("inhparent")).map(Relation::name));
        let property = if group[0].is("is_partition") {
            "partition of"
        } else {
            "inherits"
        };
        facts.object(&relation.object, property, Value::Relations(parents.collect()));
        if group.iter().any(|row| row.is("detach_pending")) {
            facts.object(&relation.object, "detach pending", "yes");
        }
    }
}

/// The index of the partitioned table that an index of a partition is a part of. One that is like it may also stand alone.
fn build_attached(row: &Row, names: &Names, facts: &mut Facts) {
    if let Some((relation, index)) = names.index(row.oid("inhrelid"))
        && let Some((parent, name)) = names.index(row.oid("inhparent"))
    {
        let whole = RelationName::new(parent.object.schema.as_str(), name);
        facts.part(
            &relation.object,
            &part("index", index),
            "attached to",
            whole.to_string(),
        );
    }
}
