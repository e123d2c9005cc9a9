//! What oids mean: the names that everything else refers to.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use super::{
    array,
    rows::{Row, Rows},
};
use crate::{Scope, fact::Object, name, values::RelationName};

/// The server's own schemas have these names; temporary ones too.
pub(super) const SCHEMAS: &str = "SELECT oid, nspname FROM pg_namespace \
     WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'";

pub(super) const ROLES: &str = "SELECT oid, rolname, (SELECT datdba FROM pg_database WHERE datname = current_database()) AS datdba \
     FROM pg_roles";

pub(super) const EXTENSION_MEMBERS: &str = "SELECT classid, objid FROM pg_depend \
     WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e'";

/// The database's own collation (100) needs no name.
pub(super) const COLLATIONS: &str = "SELECT c.oid, n.nspname, c.collname FROM pg_collation c \
     JOIN pg_namespace n ON n.oid = c.collnamespace WHERE c.oid IN (\
     SELECT attcollation FROM pg_attribute WHERE attrelid >= 16384 AND attcollation > 100 UNION ALL \
     SELECT u FROM pg_index, unnest(indcollation) u WHERE indexrelid >= 16384 AND u > 100 UNION ALL \
     SELECT typcollation FROM pg_type WHERE oid >= 16384 AND typcollation > 100 UNION ALL \
     SELECT rngcollation FROM pg_range WHERE rngtypid >= 16384)";

/// Operator classes that have to be said, since they are nobody's default.
pub(super) const OPERATOR_CLASSES: &str = "SELECT o.oid, o.opcname, n.nspname FROM pg_opclass o \
     JOIN pg_namespace n ON n.oid = o.opcnamespace WHERE NOT o.opcdefault";

/// Options of operator classes and statistics targets of columns of indexes.
pub(super) const CLASS_OPTIONS: &str = "SELECT a.attrelid, a.attnum, a.attoptions, NULLIF(a.attstattarget, -1) AS target \
     FROM pg_attribute a JOIN pg_index i ON i.indexrelid = a.attrelid \
     WHERE a.attrelid >= 16384 AND (a.attoptions IS NOT NULL OR a.attstattarget >= 0)";

/// Each type is written once for all columns that have it: `format_type` for each column would cost more than
/// all the rest of the column's row.
pub(super) const TYPES: &str = "SELECT atttypid, atttypmod, format_type(atttypid, atttypmod) AS written FROM (\
     SELECT DISTINCT atttypid, atttypmod FROM pg_attribute WHERE attrelid >= 16384 AND attnum > 0) types";

/// User objects have oids from 16384 on; the server's own schemas are sorted out by name.
pub(super) const RELATIONS: &str = "SELECT c.oid, c.relname, c.relnamespace, c.relkind, i.indrelid \
     FROM pg_class c LEFT JOIN pg_index i ON i.indexrelid = c.oid WHERE c.oid >= 16384 AND c.relkind <> 't'";

/// `pg_class`, as `pg_depend` names catalogs. These numbers never change: they are part of the server's sources.
pub(super) const PG_CLASS: u32 = 1259;
pub(super) const PG_TYPE: u32 = 1247;
pub(super) const PG_PROC: u32 = 1255;
pub(super) const PG_NAMESPACE: u32 = 2615;
pub(super) const PG_CONSTRAINT: u32 = 2606;
pub(super) const PG_TRIGGER: u32 = 2620;
pub(super) const PG_REWRITE: u32 = 2618;
pub(super) const PG_POLICY: u32 = 3256;

/// Stands for the database's owner, so that a schema is the same whoever runs the migrations.
pub(super) const DATABASE_OWNER: &str = "{database owner}";

/// A table, view, sequence or composite type.
pub(super) struct Relation {
    pub(super) object: Arc<Object>,
    /// Columns as number, name and collation, in the order of their numbers.
    pub(super) columns: Vec<Column>,
}

/// A column, as others refer to it.
pub(super) struct Column {
    number: i16,
    pub(super) name: String,
    collation: Option<u32>,
}

/// What oids mean.
pub(super) struct Names {
    schemas: HashMap<u32, String>,
    roles: HashMap<u32, String>,
    roles_by_name: HashMap<String, u32>,
    /// The server's major version.
    pub(super) major: u32,
    members: HashSet<(u32, u32)>,
    collations: HashMap<u32, (String, String)>,
    operator_classes: HashMap<u32, String>,
    class_options: HashMap<(u32, usize), String>,
    types: HashMap<(u32, i32), String>,
    relations: HashMap<u32, Relation>,
    indexes: HashMap<u32, (u32, String)>,
}

impl Names {
    pub(super) fn build(
        scope: &Scope,
        major: u32,
        [
            schemas,
            roles,
            members,
            collations,
            classes,
            class_options,
            types,
            relations,
        ]: [Rows; 8],
        columns: &Rows,
    ) -> Self {
        let mut names = Self {
            schemas: schemas
                .iter()
                .filter(|row| scope.covers_schema(row.text("nspname")))
                .map(|row| (row.oid("oid"), row.text("nspname").to_owned()))
                .collect(),
            roles: roles.iter().map(|row| (row.oid("oid"), role_name(row))).collect(),
            roles_by_name: roles
                .iter()
                .map(|row| (row.text("rolname").to_owned(), row.oid("oid")))
                .collect(),
            major,
            members: members
                .iter()
                .map(|row| (row.oid("classid"), row.oid("objid")))
                .collect(),
            collations: collations
                .iter()
                .map(|row| {
                    (
                        row.oid("oid"),
                        (row.text("nspname").to_owned(), row.text("collname").to_owned()),
                    )
                })
                .collect(),
            operator_classes: classes
                .iter()
                .map(|row| {
                    (
                        row.oid("oid"),
                        in_catalog(row.text("nspname"), row.text("opcname")),
                    )
                })
                .collect(),
            class_options: class_options.iter().map(index_column).collect(),
            types: types
                .iter()
                .map(|row| {
                    (
                        (row.oid("atttypid"), row.number("atttypmod")),
                        row.text("written").to_owned(),
                    )
                })
                .collect(),
            relations: HashMap::new(),
            indexes: HashMap::new(),
        };
        for row in &relations {
            names.add_relation(row);
        }
        for row in columns {
            if let Some(relation) = names.relations.get_mut(&row.oid("attrelid")) {
                relation.columns.push(Column {
                    number: row.number("attnum"),
                    name: row.text("attname").to_owned(),
                    collation: row.get("attcollation").and_then(|oid| oid.parse().ok()),
                });
            }
        }
        names
    }

    fn add_relation(&mut self, row: &Row) {
        let oid = row.oid("oid");
        let Some(schema) = self.schemas.get(&row.oid("relnamespace")) else {
            return;
        };
        if self.is_extension_member(PG_CLASS, oid) {
            return;
        }
        let kind = match row.text("relkind") {
            "r" | "p" => "table",
            "v" => "view",
            "m" => "materialized-view",
            "f" => "foreign-table",
            "S" => "sequence",
            "c" => "composite-type",
            "i" | "I" => {
                self.indexes
                    .insert(oid, (row.oid("indrelid"), row.text("relname").to_owned()));
                return;
            }
            _ => "relation",
        };
        self.relations.insert(
            oid,
            Relation {
                object: Arc::new(Object::new(schema.as_str(), kind, row.text("relname"))),
                columns: Vec::new(),
            },
        );
    }

    /// The name of a schema that is covered.
    pub(super) fn schema(&self, oid: u32) -> Option<&str> {
        self.schemas.get(&oid).map(String::as_str)
    }

    /// An object in a covered schema, unless an extension owns it.
    pub(super) fn object(
        &self,
        class: u32,
        oid: u32,
        schema: u32,
        kind: &'static str,
        name: &str,
    ) -> Option<Arc<Object>> {
        let schema = self.schema(schema)?;
        (!self.is_extension_member(class, oid)).then(|| Arc::new(Object::new(schema, kind, name)))
    }

    /// A covered relation.
    pub(super) fn relation(&self, oid: u32) -> Option<&Relation> {
        self.relations.get(&oid)
    }

    /// The name of an index and the relation it belongs to.
    pub(super) fn index(&self, oid: u32) -> Option<(&Relation, &str)> {
        let (table, name) = self.indexes.get(&oid)?;
        Some((self.relation(*table)?, name.as_str()))
    }

    pub(super) fn is_extension_member(&self, class: u32, oid: u32) -> bool {
        self.members.contains(&(class, oid))
    }

    /// A role, written as in a contract; the role 0 is everybody.
    pub(super) fn role(&self, oid: u32) -> String {
        match self.roles.get(&oid) {
            Some(name) => name.clone(),
            None if oid == 0 => "PUBLIC".to_owned(),
            None => "{dropped role}".to_owned(),
        }
    }

    /// A role by its name, written as in a contract.
    pub(super) fn role_named(&self, name: &str) -> String {
        match self.roles_by_name.get(name) {
            Some(oid) => self.role(*oid),
            None => name::quoted(name).into_owned(),
        }
    }

    /// A collation, qualified unless it is one of the server's own.
    pub(super) fn collation(&self, oid: u32) -> Option<String> {
        let (schema, name) = self.collations.get(&oid)?;
        Some(in_catalog(schema, name))
    }

    /// An operator class that has to be said, of a column of an index counted from 0, with its options.
    pub(super) fn operator_class(&self, class: u32, index: u32, position: usize) -> String {
        let mut out = String::new();
        if let Some(name) = self.operator_classes.get(&class) {
            out.push(' ');
            out.push_str(name);
        }
        if let Some(options) = self.class_options.get(&(index, position + 1)) {
            out.push_str(&format!(" ({options})"));
        }
        out
    }

    /// A column's type with its modifier.
    pub(super) fn column_type(&self, oid: u32, modifier: i32) -> &str {
        self.types.get(&(oid, modifier)).map_or("", String::as_str)
    }
}

/// A name, qualified unless it is one of the server's own.
fn in_catalog(schema: &str, name: &str) -> String {
    if schema == "pg_catalog" {
        name::quoted(name).into_owned()
    } else {
        name::qualified(schema, name)
    }
}

/// What sets a column of an index apart beside its operator class.
fn index_column(row: &Row) -> ((u32, usize), String) {
    let mut options = array::elements(row.text("attoptions"));
    options.sort();
    options.extend(row.get("target").map(|target| format!("statistics {target}")));
    ((row.oid("attrelid"), row.number("attnum")), options.join(", "))
}

fn role_name(row: &Row) -> String {
    let name = row.text("rolname");
    if row.oid("oid") == row.oid("datdba") || name == "pg_database_owner" {
        DATABASE_OWNER.to_owned()
    } else {
        name::quoted(name).into_owned()
    }
}

impl Relation {
    /// A column's name.
    pub(super) fn column(&self, number: i16) -> &str {
        self.find(number).map_or("", |column| column.name.as_str())
    }

    /// A column's collation.
    pub(super) fn collation(&self, number: i16) -> Option<u32> {
        self.find(number)?.collation
    }

    fn find(&self, number: i16) -> Option<&Column> {
        let at = self
            .columns
            .binary_search_by_key(&number, |column| column.number)
            .ok()?;
        self.columns.get(at)
    }

    /// The names of columns by their numbers.
    pub(super) fn columns_named(&self, numbers: &[i16]) -> Vec<String> {
        let names = numbers.iter().map(|number| self.column(*number).to_owned());
        names.collect()
    }

    /// The relation's name.
    pub(super) fn name(&self) -> RelationName {
        RelationName::new(self.object.schema.as_str(), self.object.name.as_str())
    }
}
