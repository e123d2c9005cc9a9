//! Constraints of tables and domains.
//!
//! Keys and foreign keys are written here from column numbers; only expressions are asked of the server. The
//! not-null rows that servers from 18 on keep in `pg_constraint` are facts of their columns, as before 18.
//!
//! For a foreign key to a partitioned table the server keeps a row for each partition as well. Their names and even their number
//! depend on its version and on the order in which partitions came, so they are no facts. Nor is the name that a foreign key has
//! in a partition of its own table: a dump leaves it out, and it has the name of the one that it follows.

use std::{collections::HashMap, sync::Arc};

use super::{
    Facts, array,
    names::{Names, PG_CONSTRAINT, PG_TYPE, Relation},
    part,
    rows::{Row, Rows},
};
use crate::{
    fact::Object,
    name,
    values::{ForeignKey, KeyConstraint, KeyKind, Value},
};

pub(super) const CONSTRAINTS: &str = "SELECT c.oid, c.conname, c.contype, c.condeferrable, c.condeferred, c.convalidated, \
     c.conrelid, c.contypid, c.confrelid, c.confupdtype, c.confdeltype, c.confmatchtype, c.conislocal, c.coninhcount, \
     c.connoinherit, c.conparentid, c.conkey, c.confkey, @15(c.confdelsetcols) AS set_columns, @18(c.conenforced) AS enforced, \
     @18(c.conperiod) AS period, t.typname, t.typnamespace, \
     CASE WHEN c.contype = 'x' OR c.contypid <> 0 THEN pg_get_constraintdef(c.oid) \
     WHEN c.contype = 'c' THEN pg_get_expr(c.conbin, c.conrelid) END AS expression \
     FROM pg_constraint c LEFT JOIN pg_type t ON t.oid = c.contypid WHERE c.oid >= 16384 AND c.contype <> 'n'";

/// A constraint: its definition, and what sets it apart.
pub(super) fn build(rows: &Rows, names: &Names, facts: &mut Facts) {
    let by_oid: HashMap<u32, &Row> = rows.iter().map(|row| (row.oid("oid"), row)).collect();
    for row in rows {
        let origin = origin(row, &by_oid);
        let constraint = part("constraint", origin.text("conname"));
        let (object, definition) = if row.oid("contypid") == 0 {
            let Some(relation) = names.relation(row.oid("conrelid")) else {
                continue;
            };
            if origin.oid("confrelid") != row.oid("confrelid") {
                facts.register(PG_CONSTRAINT, row.oid("oid"), &relation.object, Some(&constraint));
                continue;
            }
            (Arc::clone(&relation.object), definition(row, relation, names))
        } else {
            let domain = names.object(
                PG_TYPE,
                row.oid("contypid"),
                row.oid("typnamespace"),
                "domain",
                row.text("typname"),
            );
            let Some(object) = domain else { continue };
            (object, row.text("expression").into())
        };
        facts.part(&object, &constraint, "definition", definition);
        flags(row, &object, &constraint, facts);
        facts.register(PG_CONSTRAINT, row.oid("oid"), &object, Some(&constraint));
    }
}

/// The foreign key that somebody made and that this row follows, perhaps over several levels of partitions; other constraints
/// are their own.
fn origin<'r>(row: &'r Row, by_oid: &HashMap<u32, &'r Row>) -> &'r Row {
    let mut row = row;
    while row.text("contype") == "f"
        && let Some(parent) = by_oid.get(&row.oid("conparentid"))
    {
        row = parent;
    }
    row
}

fn flags(row: &Row, object: &Arc<Object>, constraint: &Arc<crate::fact::Part>, facts: &mut Facts) {
    let mut flag = |property: &'static str, value: &str| facts.part(object, constraint, property, value);
    if row.is("condeferrable") {
        flag(
            "deferrable",
            if row.is("condeferred") {
                "initially deferred"
            } else {
                "initially immediate"
            },
        );
    }
    if row.get("enforced") == Some("f") {
        flag("enforced", "no");
    }
    if !row.is("convalidated") {
        flag("valid", "no");
    }
    // Keys never hand themselves down by this flag; only for checks does it say something.
    if row.text("contype") == "c" && row.is("connoinherit") {
        flag("inherit", "no");
    }
    if row.number::<i32>("coninhcount") > 0 {
        flag(
            "inherited",
            if row.is("conislocal") { "and local" } else { "yes" },
        );
    }
}

fn definition(row: &Row, relation: &Relation, names: &Names) -> Value {
    let key = |kind| {
        Value::Key(KeyConstraint {
            kind,
            columns: relation.columns_named(&array::numbers(row.text("conkey"))),
            without_overlaps: row.is("period"),
        })
    };
    match row.text("contype") {
        "p" => key(KeyKind::Primary),
        "u" => key(KeyKind::Unique),
        "c" => format!("CHECK ({})", row.text("expression")).into(),
        "f" => Value::ForeignKey(Box::new(foreign_key(row, relation, names))),
        "t" => "TRIGGER".into(),
        _ => row.text("expression").into(),
    }
}

fn foreign_key(row: &Row, relation: &Relation, names: &Names) -> ForeignKey {
    let target = names.relation(row.oid("confrelid"));
    let referenced = |target: &Relation| target.columns_named(&array::numbers(row.text("confkey")));
    ForeignKey {
        columns: relation.columns_named(&array::numbers(row.text("conkey"))),
        referenced: target.map(referenced).unwrap_or_default(),
        target: target.map(Relation::name),
        options: foreign_key_options(row, relation),
    }
}

fn foreign_key_options(row: &Row, relation: &Relation) -> String {
    let mut out = String::new();
    if row.is("period") {
        out.push_str(" PERIOD");
    }
    match row.text("confmatchtype") {
        "f" => out.push_str(" MATCH FULL"),
        "p" => out.push_str(" MATCH PARTIAL"),
        _ => {}
    }
    for (column, event) in [("confupdtype", " ON UPDATE "), ("confdeltype", " ON DELETE ")] {
        let action = match row.text(column) {
            "r" => "RESTRICT",
            "c" => "CASCADE",
            "n" => "SET NULL",
            "d" => "SET DEFAULT",
            _ => continue,
        };
        out.push_str(event);
        out.push_str(action);
    }
    if let Some(set) = row.get("set_columns") {
        let columns = relation.columns_named(&array::numbers(set));
        out.push_str(&format!(" ({})", name::list(&columns)));
    }
    out
}
