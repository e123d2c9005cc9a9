//! Objects whose facts are plain columns of a row.
//!
//! Most kinds of objects are rare and flat. Their statement gives `oid`, `schema`, `name` and, where there are
//! such things, `signature` (to be put behind the name as it is), `owner` and `acl`; every other column is a fact
//! named after it, unless it is NULL.

use std::sync::Arc;

use super::{
    Facts,
    grants::{self, Access, Privileges},
    names::Names,
    rows::{Row, Rows},
};
use crate::{fact::Object, name};

/// A kind of object that is read by a statement of its own.
pub(super) struct Simple {
    /// The catalog table that it lies in, by its oid, which is part of the server's sources.
    pub(super) class: u32,
    /// What it is called in a contract.
    pub(super) kind: &'static str,
    /// What can be granted on it.
    pub(super) privileges: Option<Privileges>,
    /// The statement.
    pub(super) sql: &'static str,
}

const RESERVED: [&str; 6] = ["oid", "schema", "name", "signature", "owner", "acl"];

impl Simple {
    /// The facts of the statement's rows.
    pub(super) fn build(&self, rows: &Rows, names: &Names, facts: &mut Facts) {
        for row in rows {
            if names.is_extension_member(self.class, row.oid("oid")) {
                continue;
            }
            let Some(object) = self.object(row, names) else {
                continue;
            };
            self.facts_of(row, &object, names, facts);
            facts.register(self.class, row.oid("oid"), &object, None);
        }
    }

    fn object(&self, row: &Row, names: &Names) -> Option<Arc<Object>> {
        let schema = match row.get("schema") {
            Some(oid) => names.schema(oid.parse().ok()?)?,
            None => "",
        };
        let name = match row.get("signature") {
            Some(signature) if row.text("name").is_empty() => signature.to_owned(),
            Some(signature) => format!("{}{signature}", name::quoted(row.text("name"))),
            None => row.text("name").to_owned(),
        };
        Some(Arc::new(Object::new(schema, self.kind, name)))
    }

    fn facts_of(&self, row: &Row, object: &Arc<Object>, names: &Names, facts: &mut Facts) {
        let mut any = false;
        for (property, value) in row.columns() {
            if RESERVED.contains(&property) {
                continue;
            }
            if let Some(value) = value {
                facts.object(object, property.to_owned(), readable(value));
                any = true;
            }
        }
        if let Some(owner) = row.get("owner") {
            let owner = names.role(owner.parse().unwrap_or_default());
            if let Some(privileges) = self.privileges {
                let access = Access {
                    privileges,
                    owner: &owner,
                    list: row.get("acl"),
                };
                grants::build(facts, names, object, None, &access);
            }
            facts.object(object, "owner", owner);
        } else if !any {
            facts.object(object, "exists", "yes");
        }
    }
}

/// Booleans in words.
fn readable(value: &str) -> &str {
    match value {
        "t" => "yes",
        "f" => "no",
        other => other,
    }
}
