//! Schemas and extensions.

use std::sync::Arc;

use super::{
    Facts,
    grants::{self, Access, Privileges},
    names::{Names, PG_NAMESPACE},
    rows::Rows,
};
use crate::fact::{Object, SCHEMA};

pub(super) const SCHEMAS: &str =
    "SELECT oid, nspname, nspowner, nspacl FROM pg_namespace WHERE nspname !~ '^pg_'";

/// A schema is there, and somebody owns it.
pub(super) fn build_schemas(rows: &Rows, names: &Names, facts: &mut Facts) {
    for row in rows {
        let (oid, schema) = (row.oid("oid"), row.text("nspname"));
        let Some(object) = names.object(PG_NAMESPACE, oid, oid, SCHEMA, schema) else {
            continue;
        };
        let owner = owner(schema, row.oid("nspowner"), names);
        let access = Access {
            privileges: if schema == "public" {
                Privileges::public_schema(names.major)
            } else {
                Privileges::SCHEMA
            },
            owner: &owner,
            list: row.get("nspacl"),
        };
        grants::build(facts, names, &object, None, &access);
        facts.register(PG_NAMESPACE, oid, &object, None);
        facts.object(&object, "owner", owner);
    }
}

/// Before version 15 the schema `public` belongs to the superuser of `initdb` rather than to the database's owner.
fn owner(schema: &str, owner: u32, names: &Names) -> String {
    const BOOTSTRAP_SUPERUSER: u32 = 10;
    if schema == "public" && owner == BOOTSTRAP_SUPERUSER {
        return super::names::DATABASE_OWNER.to_owned();
    }
    names.role(owner)
}

/// `plpgsql` is in every database from the start, so it says nothing about this one.
pub(super) const EXTENSIONS: &str = "SELECT e.oid, extname, extowner, extversion, n.nspname FROM pg_extension e \
     JOIN pg_namespace n ON n.oid = extnamespace WHERE extname <> 'plpgsql'";

/// An extension, where it lies, and its version.
pub(super) fn build_extensions(rows: &Rows, names: &Names, facts: &mut Facts) {
    for row in rows {
        let object = Arc::new(Object::new("", "extension", row.text("extname")));
        facts.object(&object, "schema", crate::name::quoted(row.text("nspname")));
        facts.object(&object, "owner", names.role(row.oid("extowner")));
        facts.object(&object, "version", row.text("extversion"));
    }
}
