//! Enums, domains and ranges, and who may use types. Composite types are relations and come with their columns.

use std::sync::Arc;

use super::{
    Facts,
    grants::{self, Access, Privileges},
    names::{Names, PG_TYPE},
    part,
    rows::Rows,
};
use crate::Value;

/// Array types and the multiranges of ranges come with what they are made for.
pub(super) const TYPES: &str = "SELECT t.oid, t.typname, t.typnamespace, t.typtype, t.typrelid, t.typowner, t.typacl FROM pg_type t \
     LEFT JOIN pg_class c ON c.oid = t.typrelid WHERE t.oid >= 16384 \
     AND (t.typtype IN ('e', 'd', 'r') OR c.relkind = 'c' OR t.typtype NOT IN ('b', 'c', 'd', 'e', 'm', 'p', 'r'))";

/// Who owns a type and who may use it.
pub(super) fn build_types(rows: &Rows, names: &Names, facts: &mut Facts) {
    for row in rows {
        let kind = match row.text("typtype") {
            "c" => "composite-type",
            "d" => "domain",
            "e" => "enum",
            "r" => "range",
            _ => "unknown-type",
        };
        let object = match names.relation(row.oid("typrelid")) {
            Some(relation) => Arc::clone(&relation.object),
            None => {
                match names.object(
                    PG_TYPE,
                    row.oid("oid"),
                    row.oid("typnamespace"),
                    kind,
                    row.text("typname"),
                ) {
                    Some(object) => object,
                    None => continue,
                }
            }
        };
        let owner = names.role(row.oid("typowner"));
        let access = Access {
            privileges: Privileges::TYPE,
            owner: &owner,
            list: row.get("typacl"),
        };
        grants::build(facts, names, &object, None, &access);
        facts.register(PG_TYPE, row.oid("oid"), &object, None);
        facts.object(&object, "owner", owner);
    }
}

pub(super) const ENUMS: &str = "SELECT t.oid, t.typname, t.typnamespace, e.enumlabel AS label \
     FROM pg_type t LEFT JOIN pg_enum e ON e.enumtypid = t.oid WHERE t.typtype = 'e' ORDER BY t.oid, e.enumsortorder";

/// An enum's labels in order.
pub(super) fn build_enums(rows: &Rows, names: &Names, facts: &mut Facts) {
    for group in rows.chunk_by(|a, b| a.text("oid") == b.text("oid")) {
        let row = &group[0];
        let Some(object) = names.object(
            PG_TYPE,
            row.oid("oid"),
            row.oid("typnamespace"),
            "enum",
            row.text("typname"),
        ) else {
            continue;
        };
        let labels = group.iter().filter_map(|row| row.get("label"));
        facts.object(
            &object,
            "labels",
            Value::Labels(labels.map(str::to_owned).collect()),
        );
    }
}

pub(super) const DOMAINS: &str = "SELECT t.oid, t.typname, t.typnamespace, t.typnotnull, t.typcollation, \
     b.typcollation AS base_collation, format_type(t.typbasetype, t.typtypmod) AS base, \
     pg_get_expr(t.typdefaultbin, 0) AS default_value FROM pg_type t JOIN pg_type b ON b.oid = t.typbasetype WHERE t.typtype = 'd' AND t.oid >= 16384";

/// A domain's base type, nullability and default; its checks are constraints.
pub(super) fn build_domains(rows: &Rows, names: &Names, facts: &mut Facts) {
    for row in rows {
        let Some(object) = names.object(
            PG_TYPE,
            row.oid("oid"),
            row.oid("typnamespace"),
            "domain",
            row.text("typname"),
        ) else {
            continue;
        };
        facts.object(&object, "type", row.text("base"));
        if row.is("typnotnull") {
            facts.object(&object, "not null", "yes");
        }
        if let Some(default) = row.get("default_value") {
            facts.object(&object, "default", default);
        }
        if row.oid("typcollation") != row.oid("base_collation")
            && let Some(collation) = names.collation(row.oid("typcollation"))
        {
            facts.object(&object, "collation", collation);
        }
    }
}

pub(super) const RANGES: &str = "SELECT t.oid, t.typname, t.typnamespace, format_type(r.rngsubtype, NULL) AS subtype, \
     r.rngmultitypid, m.typname AS multirange_name, format_type(r.rngmultitypid, NULL) AS multirange, NULLIF(r.rngcanonical::oid, 0)::regprocedure AS canonical, \
     NULLIF(r.rngsubdiff::oid, 0)::regprocedure AS difference, NULLIF(r.rngcollation, s.typcollation) AS collation, o.opcname \
     FROM pg_range r JOIN pg_type t ON t.oid = r.rngtypid JOIN pg_opclass o ON o.oid = r.rngsubopc \
     JOIN pg_type s ON s.oid = r.rngsubtype LEFT JOIN pg_type m ON m.oid = r.rngmultitypid WHERE t.oid >= 16384";

/// What a range ranges over.
pub(super) fn build_ranges(rows: &Rows, names: &Names, facts: &mut Facts) {
    for row in rows {
        let Some(object) = names.object(
            PG_TYPE,
            row.oid("oid"),
            row.oid("typnamespace"),
            "range",
            row.text("typname"),
        ) else {
            continue;
        };
        for (column, property) in [
            ("subtype", "subtype"),
            ("multirange", "multirange"),
            ("canonical", "canonical"),
            ("difference", "difference"),
            ("opcname", "operator class"),
        ] {
            if let Some(value) = row.get(column) {
                facts.object(&object, property, value);
            }
        }
        if let Some(collation) = names.collation(row.oid("collation")) {
            facts.object(&object, "collation", collation);
        }
        let multirange = part("multirange", row.text("multirange_name"));
        facts.register(PG_TYPE, row.oid("rngmultitypid"), &object, Some(&multirange));
    }
}
