//! Columns and their defaults.

use super::{Facts, names::Names, part, rows::Rows};

/// What is as the type has it is left to the server to sort out, so that ordinary columns send few bytes.
pub(super) const COLUMNS: &str = "SELECT a.attrelid, a.attname, a.atttypid, a.atttypmod, \
     CASE WHEN a.attnotnull THEN 't' END AS not_null, NULLIF(a.attidentity, '') AS identity, \
     NULLIF(a.attstorage, t.typstorage) AS storage, NULLIF(a.attcompression, '') AS compression, \
     NULLIF(a.attstattarget, -1) AS statistics, NULLIF(a.attcollation, t.typcollation) AS collation, \
     a.attoptions AS options, a.attfdwoptions AS fdw_options, \
     CASE WHEN a.attinhcount > 0 THEN CASE WHEN a.attislocal THEN 'and local' ELSE 'yes' END END AS inherited \
     FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid \
     WHERE a.attrelid >= 16384 AND a.attnum > 0 AND NOT a.attisdropped";

/// A column's type and what sets it apart.
pub(super) fn build_columns(rows: &Rows, names: &Names, facts: &mut Facts) {
    for row in rows {
        let Some(relation) = names.relation(row.oid("attrelid")) else {
            continue;
        };
        let object = &relation.object;
        if object.kind == "sequence" {
            continue;
        }
        let column = part("column", row.text("attname"));
        facts.part(
            object,
            &column,
            "type",
            names.column_type(row.oid("atttypid"), row.number("atttypmod")),
        );
        if row.is("not_null") {
            facts.part(object, &column, "not null", "yes");
        }
        if let Some(identity) = row.get("identity") {
            facts.part(
                object,
                &column,
                "identity",
                if identity == "a" { "always" } else { "by default" },
            );
        }
        if let Some(storage) = row.get("storage") {
            facts.part(
                object,
                &column,
                "storage",
                match storage {
                    "p" => "plain",
                    "e" => "external",
                    "m" => "main",
                    _ => "extended",
                },
            );
        }
        if let Some(compression) = row.get("compression") {
            facts.part(
                object,
                &column,
                "compression",
                if compression == "l" { "lz4" } else { "pglz" },
            );
        }
        if let Some(collation) = row
            .get("collation")
            .and_then(|oid| names.collation(oid.parse().ok()?))
        {
            facts.part(object, &column, "collation", collation);
        }
        for (name, property) in [
            ("statistics", "statistics target"),
            ("options", "options"),
            ("fdw_options", "foreign options"),
            ("inherited", "inherited"),
        ] {
            if let Some(value) = row.get(name) {
                facts.part(object, &column, property, value);
            }
        }
    }
}

pub(super) const DEFAULTS: &str = "SELECT d.adrelid, a.attname, NULLIF(a.attgenerated, '') AS generated, \
     pg_get_expr(d.adbin, d.adrelid) AS expression \
     FROM pg_attrdef d JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum WHERE d.adrelid >= 16384";

/// A column's default, or the expression that it is generated from.
pub(super) fn build_defaults(rows: &Rows, names: &Names, facts: &mut Facts) {
    for row in rows {
        let Some(relation) = names.relation(row.oid("adrelid")) else {
            continue;
        };
        let property = match row.get("generated") {
            None => "default",
            Some("v") => "generated virtual",
            Some(_) => "generated stored",
        };
        facts.part(
            &relation.object,
            &part("column", row.text("attname")),
            property,
            row.text("expression"),
        );
    }
}
