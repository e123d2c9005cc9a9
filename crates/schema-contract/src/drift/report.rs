//! The graded differences.

use std::{fmt::Write, sync::Arc};

use serde::Serialize;

use super::{Grade, Ignore};
use crate::{FactChange, Object, Value, diff::as_text};

/// How a live database differs from what it should be.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Drift {
    /// What differs, the worst first.
    pub drifted: Vec<Drifted>,
    /// What differs and is meant to.
    pub ignored: Vec<Ignored>,
    /// Patterns that match nothing any more and can go.
    pub unused: Vec<Ignore>,
}

/// One graded difference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Drifted {
    /// How much it matters.
    pub grade: Grade,
    /// The object it is about; in JSON as `table app.users`.
    #[serde(serialize_with = "as_text")]
    pub object: Arc<Object>,
    /// What differs.
    #[serde(flatten)]
    pub fact: FactChange,
}

/// A difference that is meant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ignored {
    /// The key of the fact.
    pub key: String,
    /// Why it may differ.
    pub reason: String,
}

impl Drift {
    /// The grade of the worst difference.
    pub fn worst(&self) -> Option<Grade> {
        self.drifted.first().map(|drifted| drifted.grade)
    }

    /// One line: how many differences of each grade.
    pub fn summary(&self) -> String {
        let grades = [Grade::Security, Grade::Data, Grade::Performance, Grade::Cosmetic];
        let counts = grades.map(|grade| {
            (
                self.drifted.iter().filter(|d| d.grade == grade).count(),
                grade.word(),
            )
        });
        let words: Vec<String> = counts
            .iter()
            .filter(|(n, _)| *n > 0)
            .map(|(n, word)| format!("{n} {word}"))
            .collect();
        if words.is_empty() {
            "none".to_owned()
        } else {
            words.join(", ")
        }
    }

    /// The differences as text for a person, a section for each grade, what is meant at the end.
    pub fn render(&self) -> String {
        let mut out = String::new();
        for graded in self.drifted.chunk_by(|a, b| a.grade == b.grade) {
            // Writing to a string cannot fail.
            let _ = writeln!(out, "{}:", graded[0].grade.word());
            for drifted in graded {
                let _ = writeln!(out, "  {}", drifted.line());
            }
        }
        for ignored in &self.ignored {
            let _ = writeln!(out, "ignored: {} ({})", ignored.key, ignored.reason);
        }
        for unused in &self.unused {
            let _ = writeln!(out, "pattern `{}` matches nothing any more", unused.pattern);
        }
        out
    }
}

impl Drifted {
    fn line(&self) -> String {
        let side = |value: &Option<Value>| {
            value
                .as_ref()
                .map_or("nothing".to_owned(), |value| shortened(&value.text()))
        };
        let part = self
            .fact
            .part
            .as_ref()
            .map(|part| format!(" / {part}"))
            .unwrap_or_default();
        let (before, after) = (side(&self.fact.before), side(&self.fact.after));
        format!(
            "{}{part} / {}: expected {before}, live {after}",
            self.object, self.fact.property
        )
    }
}

/// The first line of a value; a body of many lines belongs into the diff.
fn shortened(value: &str) -> String {
    let mut lines = value.trim_start().lines();
    let first = lines.next().unwrap_or("nothing");
    if lines.next().is_some() {
        format!("{first} …")
    } else {
        first.to_owned()
    }
}
