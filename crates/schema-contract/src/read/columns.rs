//! Columns and their defaults.

use super::{
    Facts, array,
    grants::{self, Access, Privileges},
    names::Names,
    part,
    rows::Rows,
};
use crate::name;

/// What is as the type has it is left to the server to sort out, so that ordinary columns send few bytes.
pub(super) const COLUMNS: &str = "SELECT a.attrelid, a.attnum, a.attname, NULLIF(a.attcollation, 0) AS attcollation, a.atttypid, a.atttypmod, \
     CASE WHEN a.attnotnull THEN 't' END AS not_null, NULLIF(a.attidentity, '') AS identity, \
     NULLIF(a.attstorage, t.typstorage) AS storage, NULLIF(a.attcompression, '') AS compression, \
     NULLIF(a.attstattarget, -1) AS statistics, NULLIF(a.attcollation, t.typcollation) AS collation, \
     a.attoptions AS options, a.attacl AS acl, a.attfdwoptions AS fdw_options, \
     CASE WHEN a.attinhcount > 0 THEN CASE WHEN a.attislocal THEN 'and local' ELSE 'yes' END END AS inherited \
     FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid JOIN pg_class r ON r.oid = a.attrelid \
     AND r.relkind IN ('r', 'p', 'v', 'm', 'f', 'c') \
     WHERE a.attrelid >= 16384 AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attrelid, a.attnum";

/// What the server says with a letter.
const WORDS: [(&str, &[(&str, &str)]); 3] = [
    ("identity", &[("a", "always"), ("d", "by default")]),
    (
        "storage",
        &[
            ("p", "plain"),
            ("e", "external"),
            ("m", "main"),
            ("x", "extended"),
        ],
    ),
    ("compression", &[("p", "pglz"), ("l", "lz4")]),
];

/// A column's type and what sets it apart.
pub(super) fn build_columns(rows: &Rows, names: &Names, facts: &mut Facts) {
    for row in rows {
        let Some(relation) = names.relation(row.oid("attrelid")) else {
            continue;
        };
        let object = &relation.object;
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
        if row.get("acl").is_some() {
            let access = Access {
                privileges: Privileges::COLUMN,
                owner: "",
                list: row.get("acl"),
            };
            grants::build(facts, names, object, Some(&column), &access);
        }
        for (name, words) in WORDS {
            if let Some(letter) = row.get(name) {
                let word = words.iter().find(|(l, _)| *l == letter);
                facts.part(object, &column, name, word.map_or(letter, |(_, word)| word));
            }
        }
        if let Some(collation) = row
            .get("collation")
            .and_then(|oid| names.collation(oid.parse().ok()?))
        {
            facts.part(object, &column, "collation", collation);
        }
        for (name, property) in [("statistics", "statistics target"), ("inherited", "inherited")] {
            if let Some(value) = row.get(name) {
                facts.part(object, &column, property, value);
            }
        }
        for (name, prefix) in [("options", "option"), ("fdw_options", "foreign option")] {
            for option in array::elements(row.text(name)) {
                let (key, value) = option.split_once('=').unwrap_or((&option, ""));
                facts.part(object, &column, format!("{prefix} {}", name::quoted(key)), value);
            }
        }
    }
}

/// Only generated columns name columns; looking up a table's columns for each default would cost more than the rest.
pub(super) const DEFAULTS: &str = "SELECT d.adrelid, a.attname, NULLIF(a.attgenerated, '') AS generated, \
     pg_get_expr(d.adbin, CASE WHEN a.attgenerated = '' THEN 0 ELSE d.adrelid END) AS expression \
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
