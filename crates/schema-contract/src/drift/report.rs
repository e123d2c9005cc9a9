//! The graded differences.

use std::{fmt::Write, sync::Arc};

use serde::Serialize;

use super::{Grade, Ignore};
use crate::{
    Diff, Error, FactChange, Object, Snapshot, Value,
    diff::{as_text, diff},
};

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

/// Grades a difference between what is expected and what is live.
pub fn drift(diff: &Diff, ignores: &[Ignore]) -> Drift {
    let mut out = Drift::default();
    let mut used = vec![false; ignores.len()];
    for object in &diff.objects {
        for fact in &object.facts {
            let key = object.key(fact).to_string();
            if let Some(at) = ignores.iter().position(|ignore| ignore.matches(&key)) {
                used[at] = true;
                let reason = ignores[at].reason.clone();
                out.ignored.push(Ignored { key, reason });
            } else {
                out.drifted.push(Drifted {
                    grade: Grade::of(object, fact),
                    object: Arc::clone(&object.object),
                    fact: fact.clone(),
                });
            }
        }
    }
    out.drifted.sort_by_key(|drifted| drifted.grade);
    let unused = ignores.iter().zip(used).filter(|(_, used)| !used);
    out.unused = unused.map(|(ignore, _)| ignore.clone()).collect();
    out
}

/// Compares a live database with what it should be.
///
/// # Errors
///
/// [`Error::Drift`] with everything that differs and is not meant to.
pub fn check(expected: &Snapshot, live: &Snapshot, ignores: &[Ignore]) -> Result<Drift, Error> {
    let found = drift(&diff(expected, live), ignores);
    if found.drifted.is_empty() {
        Ok(found)
    } else {
        Err(Error::Drift {
            drift: Box::new(found),
        })
    }
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

#[cfg(test)]
mod tests {
    use diagnostic::Explain;

    use super::*;

    const EXPECTED: &str = "view app.v / option security_invoker = true\n\
        table app.t / row security forced = yes\n\
        table app.t / owner = app\n\
        table app.t / column a / type = integer\n\
        table app.t / column a / comment = old\n\
        table app.t / index t_a / columns = a\n\
        table app.t / index t_k / columns = k\n\
        table app.t / index t_k / unique = yes\n\
        function app.f() / security definer = yes\n";
    const LIVE: &str = "table app.t / column a / type = bigint\n\
        table app.t / owner = app\n\
        table app.t / grant to PUBLIC = ALL\n\
        table app.t / column a / comment = new\n\
        table app.t / index hot_fix / columns = b\n\
        view app.v / owner = app\n\
        function app.f() / cost = 7\n";

    #[test]
    fn the_worst_comes_first_and_what_is_meant_has_its_reason() {
        let ignores = [
            Ignore {
                pattern: "table app.t / index hot_fix / *".into(),
                reason: "made by hand on 2026-11-02, becomes migration 41".into(),
            },
            Ignore {
                pattern: "sequence *".into(),
                reason: "long gone".into(),
            },
        ];
        let error = check(
            &Snapshot::parse(EXPECTED).unwrap(),
            &Snapshot::parse(LIVE).unwrap(),
            &ignores,
        )
        .unwrap_err();
        assert_eq!(error.code(), "contract/drift");
        let Error::Drift { drift } = error else {
            panic!("{error}")
        };
        assert_eq!(drift.worst(), Some(Grade::Security));
        insta::assert_snapshot!(drift.render());
    }

    #[test]
    fn no_drift_is_no_error() {
        let snapshot = Snapshot::parse(EXPECTED).unwrap();
        assert_eq!(check(&snapshot, &snapshot, &[]).unwrap().summary(), "none");
    }
}
