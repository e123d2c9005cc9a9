//! Snapshots that no database gave: any names, kinds and values.

use std::sync::Arc;

use proptest::{
    collection::vec,
    option,
    prelude::any,
    prop_oneof,
    sample::select,
    strategy::{BoxedStrategy, Strategy as _},
};
use schema_contract::{Fact, Key, Object, Part, Snapshot, Value};

/// One fact, as words.
type Words = (
    String,
    &'static str,
    String,
    Option<(&'static str, String)>,
    &'static str,
    Content,
);

#[derive(Debug, Clone)]
enum Content {
    Text(String),
    Columns(Vec<String>),
    Labels(Vec<String>),
}

/// Snapshots.
pub(crate) fn snapshots() -> BoxedStrategy<Snapshot> {
    let part = option::of((
        select(&["column", "index", "constraint", "trigger", "policy"][..]),
        name(),
    ));
    let object = (schema(), select(&KINDS[..]), name());
    let fact = (object, part, select(&PROPERTIES[..]), content());
    let fact = fact.prop_map(|((schema, kind, name), part, property, content)| {
        (schema, kind, name, part, property, content)
    });
    vec(fact, 0..30)
        .prop_map(|facts| Snapshot::from_facts(keyed_once(facts)))
        .boxed()
}

/// A database gives a property one value.
fn keyed_once(facts: Vec<Words>) -> Vec<Fact> {
    let mut facts: Vec<Fact> = facts.into_iter().map(fact).collect();
    facts.sort_by(|a, b| a.key.cmp(&b.key));
    facts.dedup_by(|a, b| a.key == b.key);
    facts
}

fn fact((schema, kind, name, part, property, content): Words) -> Fact {
    let object = match kind {
        "schema" => Object::new(name.clone(), kind, name),
        "function" | "aggregate" => Object::new(schema, kind, signature(&name)),
        _ => Object::new(schema, kind, name),
    };
    let part = part.map(|(kind, name)| {
        Arc::new(Part {
            kind: kind.into(),
            name,
        })
    });
    // Where the property holds a list, a text is read back as that list, and a list is no text elsewhere.
    let value = match (content, property) {
        (Content::Columns(names), "columns") if part.is_none() => Value::Columns(names),
        (Content::Labels(labels), "labels") if kind == "enum" && part.is_none() => Value::Labels(labels),
        (Content::Text(text), _) => Value::Text(text),
        (Content::Columns(names) | Content::Labels(names), _) => Value::Text(names.join(", ")),
    };
    Fact {
        key: Key {
            object: Arc::new(object),
            part,
            property: property.into(),
        },
        value,
    }
}

/// As the server writes it: names in quotes where they have to be.
fn signature(name: &str) -> String {
    let quoted = name
        .replace('\\', "")
        .replace(['\n', '\r'], " ")
        .replace('"', "\"\"");
    format!("\"{quoted}\"(integer, \"{quoted}\")")
}

const KINDS: [&str; 10] = [
    "table",
    "view",
    "enum",
    "function",
    "aggregate",
    "sequence",
    "domain",
    "extension",
    "foreign-table",
    "schema",
];

const PROPERTIES: [&str; 17] = [
    "columns",
    "columns",
    "type",
    "default",
    "comment",
    "definition",
    "labels",
    "body",
    "owner",
    "partition of",
    "partition by",
    "partition bound",
    "inherits",
    "owned by",
    "unique",
    "grant to PUBLIC",
    "include",
];

fn schema() -> BoxedStrategy<String> {
    select(
        &[
            "app",
            "app",
            "public",
            "",
            "My Schema",
            "a.b",
            "a\"b",
            "#",
            "a / b = c",
        ][..],
    )
    .prop_map(str::to_owned)
    .boxed()
}

fn name() -> BoxedStrategy<String> {
    prop_oneof![
        8 => select(&["a", "b", "users", "A", "a b", "say \"hi\"", "1st", "new\nline", "back\\slash", "a / b = c", " ", "a = ", " / ", "ä", "\\", "\"", "\"\"", "#", "  | "][..]).prop_map(str::to_owned),
        1 => any::<String>().prop_map(|name| name.replace('\0', "")).prop_filter("names are not empty", |name| !name.is_empty()),
    ]
    .boxed()
}

fn content() -> BoxedStrategy<Content> {
    let text = vec(select(&TEXTS[..]), 0..6).prop_map(|texts| Content::Text(texts.concat()));
    prop_oneof![
        4 => text,
        1 => any::<String>().prop_map(|text| Content::Text(text.replace('\0', ""))),
        1 => vec(name(), 0..5).prop_map(Content::Columns),
        1 => vec(name(), 0..5).prop_map(Content::Labels),
    ]
    .boxed()
}

const TEXTS: [&str; 40] = [
    "a",
    "b",
    ", ",
    " ",
    "\n",
    "\r\n",
    "\r",
    "\t",
    "\\",
    "\\n",
    "\\s",
    "\\t",
    "s",
    "t",
    "\"",
    "'",
    "''",
    "E'",
    "'a', 'b'",
    "a, \"b, c\"",
    "PRIMARY KEY (a)",
    "PRIMARY KEY (",
    "UNIQUE (a, b)",
    "FOREIGN KEY (a) REFERENCES app.t (b)",
    " ON DELETE CASCADE",
    "REFERENCES ",
    "{not covered}",
    "app.t",
    "app.t.a",
    "FOR VALUES FROM ('2026-01-01') TO ('2026-02-01')",
    "DEFAULT",
    "a DESC, lower(b)",
    "(",
    ")",
    "#",
    "  | ",
    " = ",
    " / ",
    "\u{2028}",
    "\u{85}",
];
