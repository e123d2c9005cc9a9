//! Sequences and the columns that own them.

use super::{Facts, names::Names, rows::Rows};
use crate::values::{ColumnName, Value};

pub(super) const SEQUENCES: &str = "SELECT seqrelid, format_type(seqtypid, NULL) AS type, seqstart, seqincrement, seqmin, \
     seqmax, seqcache, seqcycle FROM pg_sequence";

/// How a sequence counts, unless as usual. Where it stands is data, not schema.
pub(super) fn build_sequences(rows: &Rows, names: &Names, facts: &mut Facts) {
    for row in rows {
        let Some(relation) = names.relation(row.oid("seqrelid")) else {
            continue;
        };
        let (smallest, largest) = match row.text("type") {
            "smallint" => (i64::from(i16::MIN), i64::from(i16::MAX)),
            "integer" => (i64::from(i32::MIN), i64::from(i32::MAX)),
            _ => (i64::MIN, i64::MAX),
        };
        let (minimum, maximum) = if row.number::<i64>("seqincrement") < 0 {
            (smallest, -1)
        } else {
            (1, largest)
        };
        let start = if row.number::<i64>("seqincrement") < 0 {
            row.number("seqmax")
        } else {
            row.number("seqmin")
        };
        facts.object(&relation.object, "type", row.text("type"));
        for (column, property, usual) in [
            ("seqstart", "start", start),
            ("seqincrement", "increment", 1),
            ("seqmin", "minimum", minimum),
            ("seqmax", "maximum", maximum),
            ("seqcache", "cache", 1),
        ] {
            if row.number::<i64>(column) != usual {
                facts.object(&relation.object, property, row.text(column));
            }
        }
        if row.is("seqcycle") {
            facts.object(&relation.object, "cycle", "yes");
        }
    }
}

pub(super) const OWNERS: &str = "SELECT d.objid, d.refobjid, d.refobjsubid, d.deptype FROM pg_depend d \
     JOIN pg_sequence s ON s.seqrelid = d.objid WHERE d.classid = 'pg_class'::regclass \
     AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i') AND d.refobjsubid > 0";

/// The column that a sequence goes away with.
pub(super) fn build_owners(rows: &Rows, names: &Names, facts: &mut Facts) {
    for row in rows {
        let (Some(sequence), Some(table)) = (
            names.relation(row.oid("objid")),
            names.relation(row.oid("refobjid")),
        ) else {
            continue;
        };
        let owner = ColumnName {
            table: table.name(),
            column: table.column(row.number("refobjsubid")).to_owned(),
        };
        facts.object(&sequence.object, "owned by", Value::Column(Box::new(owner)));
        if row.text("deptype") == "i" {
            facts.object(&sequence.object, "of identity column", "yes");
        }
    }
}
