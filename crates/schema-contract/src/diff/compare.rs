//! Compares two snapshots.

use std::sync::Arc;

use super::{Change, Diff, FactChange, ObjectChange};
use crate::{
    Snapshot,
    fact::{Fact, Key},
    values::Value,
};

/// Compares what is expected with what is there.
pub fn diff(expected: &Snapshot, actual: &Snapshot) -> Diff {
    group(&changes(expected, actual), expected, actual)
}

/// A key whose value differs: what is expected, and what is there.
pub(crate) type Changed<'s> = (&'s Key, Option<&'s Value>, Option<&'s Value>);

/// What differs, sorted by key.
pub(crate) fn changes<'s>(expected: &'s Snapshot, actual: &'s Snapshot) -> Vec<Changed<'s>> {
    let edition = expected.edition().min(actual.edition());
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
            && edition.knows(&fact.key)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_snapshots_do_not_differ() {
        let snapshot = Snapshot::parse("table app.users / columns = id\n").unwrap();
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
