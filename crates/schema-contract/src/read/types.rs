//! Enums, domains and ranges. Composite types are relations and come with their columns.

use super::{
    Facts,
    names::{Names, PG_TYPE},
    rows::Rows,
};

pub(super) const ENUMS: &str = "SELECT t.oid, t.typname, t.typnamespace, t.typowner, quote_literal(e.enumlabel) AS label \
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
        let labels: Vec<&str> = group.iter().filter_map(|row| row.get("label")).collect();
        facts.object(&object, "labels", labels.join(", "));
        facts.object(&object, "owner", names.role(row.oid("typowner")));
    }
}

pub(super) const DOMAINS: &str = "SELECT t.oid, t.typname, t.typnamespace, t.typowner, t.typnotnull, t.typcollation, \
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
        facts.object(&object, "owner", names.role(row.oid("typowner")));
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

pub(super) const RANGES: &str = "SELECT t.oid, t.typname, t.typnamespace, t.typowner, format_type(r.rngsubtype, NULL) AS subtype, \
     format_type(r.rngmultitypid, NULL) AS multirange, NULLIF(r.rngcanonical::oid, 0)::regprocedure AS canonical, \
     NULLIF(r.rngsubdiff::oid, 0)::regprocedure AS difference, r.rngcollation, o.opcname \
     FROM pg_range r JOIN pg_type t ON t.oid = r.rngtypid JOIN pg_opclass o ON o.oid = r.rngsubopc WHERE t.oid >= 16384";

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
        facts.object(&object, "owner", names.role(row.oid("typowner")));
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
    }
}
