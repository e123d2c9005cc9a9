//! Names of tables and of their columns, as values refer to them.

use std::fmt;

use crate::name;

/// What stands in a contract for a table outside of the snapshot's scope.
const NOT_COVERED: &str = "{not covered}";

/// A table, view or sequence by its schema and name, both unquoted.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RelationName {
    /// The schema.
    pub schema: String,
    /// The name.
    pub name: String,
}

/// A column of a table, all names unquoted.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ColumnName {
    /// The table.
    pub table: RelationName,
    /// The column.
    pub column: String,
}

impl RelationName {
    /// A relation by its schema and name.
    pub fn new(schema: impl Into<String>, name: impl Into<String>) -> Self {
        Self {
            schema: schema.into(),
            name: name.into(),
        }
    }

    /// Schema and name.
    pub(crate) fn parts(&self) -> (&str, &str) {
        (&self.schema, &self.name)
    }

    /// A qualified name at the start of a text, and the rest of the text.
    pub(super) fn take(text: &str) -> Option<(Self, &str)> {
        let (schema, rest) = name::take(text)?;
        let (name, rest) = name::take(rest.strip_prefix('.')?)?;
        Some((Self { schema, name }, rest))
    }

    /// The same for a relation that may lie outside of the scope.
    pub(super) fn take_covered(text: &str) -> Option<(Option<Self>, &str)> {
        match text.strip_prefix(NOT_COVERED) {
            Some(rest) => Some((None, rest)),
            None => Self::take(text).map(|(name, rest)| (Some(name), rest)),
        }
    }
}

impl ColumnName {
    pub(super) fn take(text: &str) -> Option<(Self, &str)> {
        let (table, rest) = RelationName::take(text)?;
        let (column, rest) = name::take(rest.strip_prefix('.')?)?;
        Some((Self { table, column }, rest))
    }
}

impl fmt::Display for RelationName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", name::quoted(&self.schema), name::quoted(&self.name))
    }
}

impl fmt::Display for ColumnName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.table, name::quoted(&self.column))
    }
}

/// A relation that may lie outside of the scope.
pub(super) struct Covered<'a>(pub(super) Option<&'a RelationName>);

impl fmt::Display for Covered<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(name) => name.fmt(f),
            None => f.write_str(NOT_COVERED),
        }
    }
}
