//! Primary keys, unique constraints and foreign keys.

use std::fmt;

use super::relation_name::{Covered, RelationName};
use crate::name;

/// A primary key or a unique constraint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyConstraint {
    /// Which of both.
    pub kind: KeyKind,
    /// Its columns in order, unquoted.
    pub columns: Vec<String>,
    /// Whether it is `WITHOUT OVERLAPS` (servers from 18 on).
    pub without_overlaps: bool,
}

/// Which key it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyKind {
    /// The primary key.
    Primary,
    /// A unique constraint.
    Unique,
}

/// A foreign key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForeignKey {
    /// Its own columns in order, unquoted.
    pub columns: Vec<String>,
    /// The table that it refers to; `None` where that is outside of the snapshot's scope.
    pub target: Option<RelationName>,
    /// The columns that it refers to, unquoted.
    pub referenced: Vec<String>,
    /// What follows as SQL, each word with a blank before it: `PERIOD`, `MATCH …`, `ON UPDATE …`, `ON DELETE …`.
    pub options: String,
}

const WITHOUT_OVERLAPS: &str = " without overlaps";

impl KeyKind {
    fn words(self) -> &'static str {
        match self {
            Self::Primary => "PRIMARY KEY",
            Self::Unique => "UNIQUE",
        }
    }
}

impl fmt::Display for KeyConstraint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let overlaps = if self.without_overlaps {
            WITHOUT_OVERLAPS
        } else {
            ""
        };
        write!(
            f,
            "{} ({}{overlaps})",
            self.kind.words(),
            name::list(&self.columns)
        )
    }
}

impl fmt::Display for ForeignKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "FOREIGN KEY ({}) REFERENCES {} ({}){}",
            name::list(&self.columns),
            Covered(self.target.as_ref()),
            name::list(&self.referenced),
            self.options
        )
    }
}

impl KeyConstraint {
    pub(super) fn read(text: &str) -> Option<Self> {
        [KeyKind::Primary, KeyKind::Unique].into_iter().find_map(|kind| {
            let list = text.strip_prefix(kind.words())?.strip_prefix(" (")?;
            let (columns, rest) = name::take_list(list);
            let without_overlaps = rest.strip_prefix(WITHOUT_OVERLAPS);
            (without_overlaps.unwrap_or(rest) == ")").then_some(Self {
                kind,
                columns,
                without_overlaps: without_overlaps.is_some(),
            })
        })
    }
}

impl ForeignKey {
    pub(super) fn read(text: &str) -> Option<Self> {
        let (columns, rest) = name::take_list(text.strip_prefix("FOREIGN KEY (")?);
        let (target, rest) = RelationName::take_covered(rest.strip_prefix(") REFERENCES ")?)?;
        let (referenced, rest) = name::take_list(rest.strip_prefix(" (")?);
        Some(Self {
            columns,
            target,
            referenced,
            options: rest.strip_prefix(')')?.to_owned(),
        })
    }
}
