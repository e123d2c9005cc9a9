//! The value of a fact.

use std::{
    borrow::Cow,
    fmt::{self, Write},
};

use serde::Serialize;

use super::{
    ColumnName, ForeignKey, IndexColumn, KeyConstraint, RelationName, label, relation_name::Covered,
};
use crate::name;

/// The value of a fact. Two values are equal when a contract writes them in the same way.
#[derive(Debug, Clone, Eq)]
#[non_exhaustive]
pub enum Value {
    /// A word, a number, or SQL as the server writes it; it may have several lines.
    Text(String),
    /// The columns of a table, view or composite type in their order, unquoted.
    Columns(Vec<String>),
    /// The labels of an enum in their order.
    Labels(Vec<String>),
    /// What an index is over, or what it includes.
    IndexColumns(Vec<IndexColumn>),
    /// A primary key or unique constraint.
    Key(KeyConstraint),
    /// A foreign key.
    ForeignKey(Box<ForeignKey>),
    /// The parents of a table; `None` for one outside of the snapshot's scope.
    Relations(Vec<Option<RelationName>>),
    /// The column that owns a sequence.
    Column(Box<ColumnName>),
}

impl Value {
    /// The value as a contract writes it, before its line ends are escaped.
    pub fn text(&self) -> Cow<'_, str> {
        match self {
            Self::Text(text) => Cow::Borrowed(text),
            other => Cow::Owned(other.to_string()),
        }
    }

    /// The only parent of a partition.
    pub(crate) fn parent(&self) -> Option<&RelationName> {
        match self {
            Self::Relations(parents) => parents.first()?.as_ref(),
            _ => None,
        }
    }
}

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Text(one), Self::Text(other)) => one == other,
            (Self::Columns(one), Self::Columns(other)) | (Self::Labels(one), Self::Labels(other)) => {
                one == other
            }
            // A contract file does not tell the options of an indexed expression from the expression.
            _ => self.text() == other.text(),
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Columns(names) => f.write_str(&name::list(names)),
            Self::Labels(labels) => label::write_list(f, labels),
            Self::IndexColumns(columns) => separated(f, columns),
            Self::Key(key) => key.fmt(f),
            Self::ForeignKey(key) => key.fmt(f),
            Self::Relations(names) => separated(f, names.iter().map(|name| Covered(name.as_ref()))),
            Self::Column(column) => column.fmt(f),
        }
    }
}

fn separated(f: &mut impl Write, items: impl IntoIterator<Item = impl fmt::Display>) -> fmt::Result {
    for (at, item) in items.into_iter().enumerate() {
        write!(f, "{}{item}", if at > 0 { ", " } else { "" })?;
    }
    Ok(())
}

impl Serialize for Value {
    /// As the text that a contract has.
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<Cow<'_, str>> for Value {
    fn from(text: Cow<'_, str>) -> Self {
        Self::Text(text.into_owned())
    }
}
