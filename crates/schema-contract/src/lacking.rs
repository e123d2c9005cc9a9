//! What a schema lacks of another one: the difference without what was only added.
//!
//! A program that was built for the first works on the second when nothing is lacking: after a newer release was rolled back,
//! or where a job makes next month's partitions. Left out on purpose: additions that do harm all the same, such as a new column
//! that must be given.

use crate::{Diff, FactChange, Snapshot, diff, values::Value};

/// Who owns something is drift's to notice: programs work all the same, and each database has owners of its own.
const OWNER: &str = "owner";

/// What is expected and not there, or not as expected.
pub fn lacking(expected: &Snapshot, actual: &Snapshot) -> Diff {
    let mut found = diff(expected, actual);
    for object in &mut found.objects {
        object.facts.retain(is_lacking);
    }
    found.objects.retain(|object| !object.facts.is_empty());
    found
}

fn is_lacking(fact: &FactChange) -> bool {
    match (&fact.before, &fact.after) {
        (None, _) => false,
        _ if fact.property == OWNER => false,
        // Lists that may grow: the columns of a table or view, the labels of an enum.
        (Some(Value::Columns(before)), Some(Value::Columns(after)))
        | (Some(Value::Labels(before)), Some(Value::Labels(after))) => !holds(after, before),
        (Some(_), _) => true,
    }
}

/// Whether everything of the shorter list is in the longer one, in the same order.
fn holds(longer: &[String], shorter: &[String]) -> bool {
    let mut longer = longer.iter();
    shorter.iter().all(|item| longer.any(|other| other == item))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn summary(expected: &str, actual: &str) -> usize {
        let snapshot = |text: &str| Snapshot::parse(text).unwrap();
        let found = lacking(&snapshot(expected), &snapshot(actual));
        found.objects.iter().map(|object| object.facts.len()).sum()
    }

    const TABLE: &str = "table app.t / columns = a, c\ntable app.t / column a / type = int\ntable app.t / column c / type = int\n";

    #[test]
    fn what_was_added_is_not_lacking() {
        assert_eq!(summary(TABLE, TABLE), 0);
        let more = "table app.t / columns = a, b, c\ntable app.t / column a / type = int\n\
            table app.t / column b / type = int\ntable app.t / column c / type = int\ntable app.u / columns = a\n";
        assert_eq!(summary(TABLE, more), 0);
        let mood = |labels: &str| format!("enum app.mood / labels = {labels}\n");
        assert_eq!(
            summary(&mood("'happy', 'sad'"), &mood("'happy', 'calm', 'sad'")),
            0
        );
    }

    #[test]
    fn another_owner_is_not_lacking() {
        let owned = |owner: &str| format!("table app.t / owner = {owner}\n");
        assert_eq!(summary(&owned("{database owner}"), &owned("app")), 0);
    }

    #[test]
    fn what_went_or_changed_is_lacking() {
        assert_eq!(summary(TABLE, ""), 3);
        let dropped = "table app.t / columns = a\ntable app.t / column a / type = int\n";
        assert_eq!(summary(TABLE, dropped), 2);
        let retyped = "table app.t / columns = a, c\ntable app.t / column a / type = text\ntable app.t / column c / type = int\n";
        assert_eq!(summary(TABLE, retyped), 1);
        let reordered = "table app.t / columns = c, a\ntable app.t / column a / type = int\ntable app.t / column c / type = int\n";
        assert_eq!(summary(TABLE, reordered), 1);
        let index = |columns: &str| format!("table app.t / index i / columns = {columns}\n");
        assert_eq!(
            summary(&index("a"), &index("a, b")),
            1,
            "another index is another index"
        );
    }
}
