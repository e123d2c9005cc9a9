//! The objects that rows of catalogs are about, called as in a snapshot.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use super::statement::SEPARATOR;
use crate::{
    diff::{Change, Diff, ObjectChange},
    fact::Object,
};

/// What is called what: the kinds of relations and types, by schema and name.
#[derive(Debug, Clone, Default)]
pub(super) struct Kinds(HashMap<(String, String), &'static str>);

impl Kinds {
    /// Takes in a row as the statement gives it, without its number.
    pub(super) fn learn(&mut self, table: &str, text: &str) {
        if !matches!(table, "pg_class" | "pg_type") {
            return;
        }
        let mut parts = text.splitn(5, SEPARATOR).skip(1);
        let mut part = || parts.next().unwrap_or_default();
        let (schema, _, name, content) = (part(), part(), part(), part());
        let kind = match (
            table,
            content.strip_prefix('(').and_then(|text| text.chars().next()),
        ) {
            ("pg_class", Some('r' | 'p')) => "table",
            ("pg_class", Some('v')) => "view",
            ("pg_class", Some('m')) => "materialized-view",
            ("pg_class", Some('S')) => "sequence",
            ("pg_class", Some('f')) => "foreign-table",
            ("pg_class", Some('c')) => "composite-type",
            ("pg_type", Some('e')) => "enum",
            ("pg_type", Some('d')) => "domain",
            ("pg_type", Some('r')) => "range",
            ("pg_type", Some('b' | 'p')) => "base-type",
            _ => return,
        };
        self.0.insert((schema.to_owned(), name.to_owned()), kind);
    }

    /// The object that a row is about, by the row's label, and whether the row is that of the object itself.
    fn object(&self, label: &str) -> (Object, bool) {
        let mut parts = label.splitn(4, SEPARATOR);
        let mut part = || parts.next().unwrap_or_default();
        let (table, schema, relation, name) = (part(), part(), part(), part());
        let of = |name: &str| {
            let kind = self.0.get(&(schema.to_owned(), name.to_owned()));
            Object::new(schema.to_owned(), *kind.unwrap_or(&"table"), name.to_owned())
        };
        match table {
            _ if !relation.is_empty() => (of(relation), table == "pg_class" && name == relation),
            "pg_type" => (of(name), true),
            "pg_namespace" => (Object::new("", "schema", schema.to_owned()), true),
            "pg_proc" => (Object::new(schema.to_owned(), "function", name.to_owned()), true),
            "pg_extension" => (Object::new("", "extension", name.to_owned()), true),
            _ => (
                Object::new(schema.to_owned(), table.to_owned(), name.to_owned()),
                true,
            ),
        }
    }

    /// The objects of the rows that came and went.
    pub(super) fn difference<'e>(&self, events: impl Iterator<Item = (u64, i64, &'e Arc<str>)>) -> Diff {
        let mut rows: HashMap<u64, (i64, &Arc<str>)> = HashMap::new();
        for (row, sign, label) in events {
            rows.entry(row).or_insert((0, label)).0 += sign;
        }
        let mut objects: BTreeMap<Object, [bool; 2]> = BTreeMap::new();
        for (count, label) in rows.into_values().filter(|(count, _)| *count != 0) {
            let (object, is_itself) = self.object(label);
            let [came, went] = objects.entry(object).or_default();
            *came |= is_itself && count > 0;
            *went |= is_itself && count < 0;
        }
        let change = |[came, went]: [bool; 2]| match (came, went) {
            (true, false) => Change::Added,
            (false, true) => Change::Removed,
            _ => Change::Changed,
        };
        let objects = objects.into_iter().map(|(object, of_itself)| ObjectChange {
            object: Arc::new(object),
            change: change(of_itself),
            facts: Vec::new(),
        });
        Diff {
            objects: objects.collect(),
        }
    }
}
