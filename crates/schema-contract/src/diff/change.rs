//! What differs between two snapshots, as data.

use std::{fmt, sync::Arc};

use serde::{Serialize, Serializer};

use crate::{
    fact::{Key, Object, Part},
    values::Value,
};

/// What differs between two snapshots.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Diff {
    /// The objects that differ, sorted.
    pub objects: Vec<ObjectChange>,
}

/// What differs about one object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ObjectChange {
    /// The object; in JSON as `table app.users`.
    #[serde(serialize_with = "as_text")]
    pub object: Arc<Object>,
    /// Whether it came, went or changed.
    pub change: Change,
    /// What differs about it, sorted.
    pub facts: Vec<FactChange>,
}

/// Whether something came, went or changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Change {
    /// It is only in the actual schema.
    Added,
    /// It is only in the expected schema.
    Removed,
    /// It is in both, and differs.
    Changed,
}

/// One fact that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FactChange {
    /// The part of the object; in JSON as `column email`.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "as_text_if_any")]
    pub part: Option<Arc<Part>>,
    /// Whether the part as a whole came, went or changed.
    pub part_change: Change,
    /// The property.
    pub property: String,
    /// The expected value, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<Value>,
    /// The actual value, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<Value>,
    /// The migration that made the difference, where a replay was looked at: see [`crate::Trace`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub migration: Option<String>,
}

pub(crate) fn as_text<S: Serializer>(value: &impl fmt::Display, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(value)
}

#[expect(clippy::ref_option, reason = "serde calls it with a reference")]
fn as_text_if_any<S: Serializer>(
    value: &Option<impl fmt::Display>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&value.as_ref().map(ToString::to_string).unwrap_or_default())
}

impl ObjectChange {
    /// The key of one of its facts.
    pub(crate) fn key(&self, fact: &FactChange) -> Key {
        Key {
            object: Arc::clone(&self.object),
            part: fact.part.clone(),
            property: fact.property.clone().into(),
        }
    }
}

impl Change {
    pub(super) fn of(before: bool, after: bool) -> Self {
        match (before, after) {
            (false, _) => Self::Added,
            (true, false) => Self::Removed,
            (true, true) => Self::Changed,
        }
    }

    pub(super) fn sign(self) -> char {
        match self {
            Self::Added => '+',
            Self::Removed => '-',
            Self::Changed => '~',
        }
    }
}

impl Diff {
    /// Whether nothing differs.
    pub fn is_empty(&self) -> bool {
        self.objects.is_empty()
    }

    /// The objects that differ.
    pub fn objects(&self) -> impl Iterator<Item = &Object> {
        self.objects.iter().map(|object| object.object.as_ref())
    }

    /// One line: how many objects came, went and changed.
    pub fn summary(&self) -> String {
        let count = |change| {
            self.objects
                .iter()
                .filter(|object| object.change == change)
                .count()
        };
        let parts = [
            (Change::Changed, "changed"),
            (Change::Added, "added"),
            (Change::Removed, "missing"),
        ]
        .map(|(change, word)| (count(change), word));
        let words: Vec<String> = parts
            .iter()
            .filter(|(n, _)| *n > 0)
            .map(|(n, word)| format!("{n} {word}"))
            .collect();
        if words.is_empty() {
            "nothing differs".to_owned()
        } else {
            words.join(", ")
        }
    }
}
