//! The graded differences.

use std::{borrow::Cow, fmt::Write, sync::Arc};

use serde::Serialize;

use super::{Grade, Ignore};
use crate::{
    FactChange, Object, Value,
    diff::{around_change, as_text, changed_lines},
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

/// How many lines of one change are shown; the diff has all.
const MOST_LINES: usize = 20;

impl Drifted {
    fn line(&self) -> String {
        let part = self
            .fact
            .part
            .as_ref()
            .map(|part| format!(" / {part}"))
            .unwrap_or_default();
        let key = format!("{}{part} / {}", self.object, self.fact.property);
        let (before, after) = match (&self.fact.before, &self.fact.after) {
            (Some(before), Some(after)) => {
                let (before, after) = (before.text(), after.text());
                if before.contains('\n') || after.contains('\n') {
                    return format!("{key}: - expected, + live\n{}", changed(&before, &after));
                }
                around_change(&before, &after)
            }
            (before, after) => (side(before.as_ref()), side(after.as_ref())),
        };
        format!("{key}: expected {before}, live {after}")
    }
}

/// The lines that changed.
fn changed(before: &str, after: &str) -> String {
    let lines = changed_lines(before, after);
    let more = lines.len().saturating_sub(MOST_LINES);
    let mut shown: Vec<String> = lines
        .iter()
        .take(lines.len() - more)
        .map(|line| format!("      {line}"))
        .collect();
    if more > 0 {
        shown.push(format!("      … {more} more lines"));
    }
    shown.join("\n")
}

/// The first line of a value that only one side has; a body of many lines belongs into the diff.
fn side(value: Option<&Value>) -> String {
    let text = value.map_or(Cow::Borrowed("nothing"), Value::text);
    let mut lines = text.trim_start().lines();
    let first = lines.next().unwrap_or("nothing");
    if lines.next().is_some() {
        format!("{first} …")
    } else {
        first.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use crate::{Snapshot, diff, drift::drift};

    fn shown(before: &str, after: &str) -> String {
        let parse = |body: &str| Snapshot::parse(&format!("function app.f() / body = {body}\n")).unwrap();
        drift(&diff(&parse(before), &parse(after)), &[]).render()
    }

    #[test]
    fn a_change_inside_a_long_text_is_shown() {
        let body = |line: &str| format!("\n  | BEGIN\n  |   PERFORM 1;\n  |   {line}\n  | END");
        assert_eq!(
            shown(&body("RETURN 1;"), &body("RETURN 2;")),
            "data:\n  function app.f() / body: - expected, + live\n          PERFORM 1;\n      -   RETURN 1;\n      +   RETURN 2;\n        END\n"
        );
        let long = shown(&body("RETURN 1;"), &body(&"x;\n  | ".repeat(90)));
        assert!(long.lines().count() < 30 && long.contains("more lines"), "{long}");
        let line = |word: &str| {
            format!("{}{word}{}", "a ".repeat(200), "b ".repeat(200))
                .trim()
                .to_owned()
        };
        let found = shown(&line("one"), &line("two"));
        assert!(
            found.contains("a one") && found.contains("a two") && found.len() < 400,
            "{found}"
        );
    }
}
