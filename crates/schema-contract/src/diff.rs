//! The difference between two snapshots, grouped by object.
//!
//! Left out on purpose: what a difference means. Whether it is harmless is the business of grading and of people.

use std::{
    fmt::{self, Write},
    sync::Arc,
};

use serde::{Serialize, Serializer};

use crate::{
    Snapshot,
    fact::{Fact, Key, Object, Part},
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

/// Compares what is expected with what is there.
pub fn diff(expected: &Snapshot, actual: &Snapshot) -> Diff {
    group(&changes(expected, actual), expected, actual)
}

/// A key whose value differs: what is expected, and what is there.
pub(crate) type Changed<'s> = (&'s Key, Option<&'s Value>, Option<&'s Value>);

/// What differs, sorted by key.
pub(crate) fn changes<'s>(expected: &'s Snapshot, actual: &'s Snapshot) -> Vec<Changed<'s>> {
    let mut changes: Vec<Changed<'s>> = Vec::new();
    let (mut old, mut new) = (
        expected.facts().iter().peekable(),
        actual.facts().iter().peekable(),
    );
    loop {
        let order = match (old.peek(), new.peek()) {
            (None, None) => break,
            (Some(_), None) => std::cmp::Ordering::Less,
            (None, Some(_)) => std::cmp::Ordering::Greater,
            (Some(a), Some(b)) => a.key.cmp(&b.key),
        };
        let a = if order.is_le() { old.next() } else { None };
        let b = if order.is_ge() { new.next() } else { None };
        let values = (a.map(|fact| &fact.value), b.map(|fact| &fact.value));
        if let Some(fact) = a.or(b)
            && values.0 != values.1
        {
            changes.push((&fact.key, values.0, values.1));
        }
    }
    changes
}

/// The same by object, in the same order.
pub(crate) fn group(changes: &[Changed<'_>], expected: &Snapshot, actual: &Snapshot) -> Diff {
    let (old, new) = (Presence::of(expected), Presence::of(actual));
    let objects = changes
        .chunk_by(|a, b| a.0.object == b.0.object)
        .map(|facts| ObjectChange {
            object: Arc::clone(&facts[0].0.object),
            change: Change::of(old.has_object(facts[0].0), new.has_object(facts[0].0)),
            facts: facts
                .iter()
                .map(|(key, before, after)| FactChange {
                    part: key.part.clone(),
                    part_change: Change::of(old.has_part(key), new.has_part(key)),
                    property: key.property.to_string(),
                    before: before.cloned(),
                    after: after.cloned(),
                    migration: None,
                })
                .collect(),
        });
    Diff {
        objects: objects.collect(),
    }
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

/// Looks up whether an object or a part of it is there, by its sorted facts.
struct Presence<'a>(&'a [Fact]);

impl<'a> Presence<'a> {
    fn of(snapshot: &'a Snapshot) -> Self {
        Self(snapshot.facts())
    }

    fn has_object(&self, key: &Key) -> bool {
        self.0
            .binary_search_by(|fact| fact.key.object.cmp(&key.object))
            .is_ok()
    }

    fn has_part(&self, key: &Key) -> bool {
        let wanted = (&key.object, &key.part);
        self.0
            .binary_search_by(|fact| (&fact.key.object, &fact.key.part).cmp(&wanted))
            .is_ok()
    }
}

impl Change {
    fn of(before: bool, after: bool) -> Self {
        match (before, after) {
            (false, _) => Self::Added,
            (true, false) => Self::Removed,
            (true, true) => Self::Changed,
        }
    }

    fn sign(self) -> char {
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

    /// The differences as text for a person: each object with `+` (only there), `-` (only expected) or `~`, and
    /// below it what it was and what it is. A migration is named once for all that it did together.
    pub fn render(&self) -> String {
        let mut out = String::new();
        for object in &self.objects {
            let by = by(&object.facts);
            // Writing to a string cannot fail.
            let _ = writeln!(out, "{} {}{by}", object.change.sign(), object.object);
            for part in object.facts.chunk_by(|a, b| a.part == b.part) {
                render_part(&mut out, part, &by);
            }
        }
        out
    }
}

/// The migration that all of these are laid to.
fn by(facts: &[FactChange]) -> String {
    match facts.first().and_then(|fact| fact.migration.as_ref()) {
        Some(first) if facts.iter().all(|fact| fact.migration.as_ref() == Some(first)) => {
            format!(", by {first}")
        }
        _ => String::new(),
    }
}

/// `above` is the migration that was named above.
fn render_part(out: &mut String, facts: &[FactChange], above: &str) {
    let unless_named = |above: &str, facts| {
        if above.is_empty() {
            by(facts)
        } else {
            String::new()
        }
    };
    let (mut indent, mut above) = ("    ", above.to_owned());
    if let Some(part) = &facts[0].part {
        let by = unless_named(&above, facts);
        let _ = writeln!(out, "    {} {part}{by}", facts[0].part_change.sign());
        above.push_str(&by);
        indent = "        ";
    }
    for fact in facts {
        let property = &fact.property;
        let by = unless_named(&above, std::slice::from_ref(fact));
        let text = |value: &Option<Value>| value.as_ref().map(|value| value.text().into_owned());
        let _ = match (text(&fact.before), text(&fact.after)) {
            (Some(before), Some(after)) if before.contains('\n') || after.contains('\n') => {
                writeln!(out, "{indent}{property}{by}:\n{}", lines(&before, &after, indent))
            }
            (Some(before), Some(after)) => writeln!(out, "{indent}{property}: {before} -> {after}{by}"),
            (Some(value), None) => writeln!(out, "{indent}- {property}: {}{by}", indented(&value, indent)),
            (None, Some(value)) => writeln!(out, "{indent}+ {property}: {}{by}", indented(&value, indent)),
            (None, None) => Ok(()),
        };
    }
}

fn indented(value: &str, indent: &str) -> String {
    value.replace('\n', &format!("\n{indent}    "))
}

/// Two texts of several lines: what they share at both ends is left out except for one line of it.
fn lines(before: &str, after: &str, indent: &str) -> String {
    let (old, new): (Vec<&str>, Vec<&str>) = (before.split('\n').collect(), after.split('\n').collect());
    let head = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let most = old.len().min(new.len()) - head;
    let tail = old
        .iter()
        .rev()
        .zip(new.iter().rev())
        .take(most)
        .take_while(|(a, b)| a == b)
        .count();
    let mut out = Vec::new();
    if head > 0 {
        out.push(format!("{indent}      {}", old[head - 1]));
    }
    out.extend(
        old[head..old.len() - tail]
            .iter()
            .map(|line| format!("{indent}    - {line}")),
    );
    out.extend(
        new[head..new.len() - tail]
            .iter()
            .map(|line| format!("{indent}    + {line}")),
    );
    if tail > 0 {
        out.push(format!("{indent}      {}", old[old.len() - tail]));
    }
    out.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Snapshot {
        Snapshot::parse(text).unwrap()
    }

    #[test]
    fn a_difference_is_grouped_by_object_with_before_and_after() {
        let expected = parsed(
            "table app.users / columns = id, email\n\
             table app.users / column email / type = text\n\
             table app.users / column email / not null = yes\n\
             table app.users / column id / type = integer\n\
             table app.users / index users_email / columns = email\n\
             function app.f() / body =\n  | BEGIN\n  |   RETURN 1;\n  | END\n\
             view app.gone / definition = SELECT 1\n",
        );
        let actual = parsed(
            "table app.users / columns = id, email, name\n\
             table app.users / column email / type = character varying(9)\n\
             table app.users / column id / type = integer\n\
             table app.users / column name / type = text\n\
             function app.f() / body =\n  | BEGIN\n  |   RETURN 2;\n  | END\n\
             enum app.mood / labels = 'ok'\n",
        );
        let diff = diff(&expected, &actual);
        assert_eq!(diff.summary(), "2 changed, 1 added, 1 missing");
        insta::assert_snapshot!(diff.render());
    }

    #[test]
    fn equal_snapshots_do_not_differ() {
        let snapshot = parsed("table app.users / columns = id\n");
        assert!(diff(&snapshot, &snapshot).is_empty());
        assert_eq!(
            diff(&snapshot, &Snapshot::default())
                .objects()
                .map(ToString::to_string)
                .collect::<Vec<_>>(),
            ["table app.users"]
        );
    }
}
