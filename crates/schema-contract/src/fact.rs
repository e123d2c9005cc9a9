//! One fact about a schema: a stable key and a value.
//!
//! A key is made of names, never of oids, attribute numbers or anything else that depends on how the database
//! came to be. Left out on purpose: what facts there are; the modules under `read` decide that.

use std::{borrow::Cow, fmt, sync::Arc};

use crate::{name, values::Value};

/// Something a schema consists of: a table, a function, an extension.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Object {
    /// The schema it lies in; empty for what belongs to the whole database.
    pub schema: String,
    /// What it is, in one word: `table`, `materialized-view`, `function`.
    pub kind: Cow<'static, str>,
    /// Its name as it is, unquoted; for a routine the name with its argument types, written as in SQL.
    pub name: String,
}

/// A part of an object: a column, a constraint, an index.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Part {
    /// What it is, in one word: `column`, `constraint`, `index`.
    pub kind: Cow<'static, str>,
    /// Its name as it is, unquoted.
    pub name: String,
}

/// What a fact is about. Keys sort by schema, kind, name, part and property.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key {
    /// The object, shared by all its facts.
    pub object: Arc<Object>,
    /// The part of it, if the fact is about one.
    pub part: Option<Arc<Part>>,
    /// The property: `type`, `default`, `definition`.
    pub property: Cow<'static, str>,
}

/// One fact: this property of this thing has this value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// What it is about.
    pub key: Key,
    /// The value, the same whatever the server's version.
    pub value: Value,
}

/// Kinds whose name is that of a schema.
pub(crate) const SCHEMA: &str = "schema";

impl Object {
    /// An object of a schema, or of the whole database where `schema` is empty.
    pub fn new(
        schema: impl Into<String>,
        kind: impl Into<Cow<'static, str>>,
        name: impl Into<String>,
    ) -> Self {
        Self {
            schema: schema.into(),
            kind: kind.into(),
            name: name.into(),
        }
    }

    /// Whether the name is a signature (already written as in SQL) rather than a plain identifier.
    fn has_signature(&self) -> bool {
        has_signature(&self.kind)
    }
}

pub(crate) fn has_signature(kind: &str) -> bool {
    matches!(
        kind,
        "function"
            | "procedure"
            | "aggregate"
            | "window-function"
            | "operator"
            | "cast"
            | "transform"
            | "operator-class"
            | "operator-family"
            | "default-privileges"
            | "setting"
    )
}

impl fmt::Display for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ", self.kind)?;
        if !self.schema.is_empty() {
            write!(f, "{}", name::quoted(&self.schema))?;
            if self.kind == SCHEMA {
                return Ok(());
            }
            f.write_str(".")?;
        }
        if self.has_signature() {
            f.write_str(&self.name)
        } else {
            write!(f, "{}", name::quoted(&self.name))
        }
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind, name::quoted(&self.name))
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} / ", self.object)?;
        if let Some(part) = &self.part {
            write!(f, "{part} / ")?;
        }
        f.write_str(&self.property)
    }
}
