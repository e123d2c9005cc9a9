//! The shape of a JSON document: its keys and the types of their values, one a line.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// Paths of keys, each with every type that was seen there: `errors[].code: string`.
#[derive(Debug, Default)]
pub(super) struct Shape(BTreeMap<String, BTreeSet<&'static str>>);

impl Shape {
    pub(super) fn of(value: &Value) -> Self {
        let mut shape = Self::default();
        shape.add("", value);
        shape
    }

    fn add(&mut self, path: &str, value: &Value) {
        if !path.is_empty() {
            self.0.entry(path.to_owned()).or_default().insert(kind(value));
        }
        match value {
            Value::Object(members) => {
                for (key, value) in members {
                    let path = if path.is_empty() {
                        key.clone()
                    } else {
                        format!("{path}.{key}")
                    };
                    self.add(&path, value);
                }
            }
            Value::Array(items) => items.iter().for_each(|item| self.add(&format!("{path}[]"), item)),
            _ => {}
        }
    }

    /// One line a key.
    pub(super) fn lines(&self) -> impl Iterator<Item = String> {
        self.0.iter().map(|(path, kinds)| {
            let kinds: Vec<_> = kinds.iter().copied().collect();
            format!("{path}: {}", kinds.join(" or "))
        })
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// The lines of a recording that are not in what is printed now. More keys than were recorded do no harm to a reader.
pub(super) fn lacking<'r>(recorded: &'r str, now: &str) -> Vec<&'r str> {
    let now: BTreeSet<_> = now.lines().collect();
    recorded.lines().filter(|line| !now.contains(line)).collect()
}

#[test]
fn a_key_with_another_name_or_type_is_lacking_and_a_new_key_does_no_harm() {
    let text = |value: Value| Shape::of(&value).lines().collect::<Vec<_>>().join("\n");
    let recorded =
        text(serde_json::json!({ "ok": true, "items": [{ "file": "a" }, { "file": null, "at": 1 }] }));
    insta::assert_snapshot!(recorded, @r"
    items: array
    items[]: object
    items[].at: number
    items[].file: null or string
    ok: bool
    ");
    let now = text(serde_json::json!({ "ok": "yes", "items": [{ "name": "a", "at": 1 }], "more": 1 }));
    assert_eq!(
        lacking(&recorded, &now),
        ["items[].file: null or string", "ok: bool"]
    );
    assert!(lacking(&recorded, &recorded).is_empty());
}
