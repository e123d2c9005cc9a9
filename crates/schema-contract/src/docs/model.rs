//! What a picture needs to know about a table.

use std::{borrow::Cow, collections::BTreeMap};

use crate::{
    Fact, Snapshot,
    values::{ForeignKey, KeyConstraint, KeyKind, RelationName, Value},
};

/// Schema and name of a table.
pub(super) type Id<'a> = (&'a str, &'a str);

/// A table as it is drawn.
#[derive(Debug, Default)]
pub(super) struct Table<'a> {
    pub(super) id: Id<'a>,
    pub(super) kind: &'a str,
    pub(super) comment: Option<Cow<'a, str>>,
    pub(super) columns: Vec<Column<'a>>,
    pub(super) references: Vec<Reference<'a>>,
    /// References that no arrow is drawn for.
    pub(super) elsewhere: Vec<Reference<'a>>,
    pub(super) constraints: Vec<(&'a str, &'a Value)>,
    pub(super) indexes: Vec<Index<'a>>,
    pub(super) partition_key: Option<Cow<'a, str>>,
    pub(super) partitions: usize,
}

#[derive(Debug, Default)]
pub(super) struct Column<'a> {
    pub(super) name: &'a str,
    pub(super) data_type: Cow<'a, str>,
    pub(super) not_null: bool,
    pub(super) default: Option<String>,
    pub(super) comment: Option<Cow<'a, str>>,
    pub(super) primary: bool,
    pub(super) foreign: bool,
}

#[derive(Debug)]
pub(super) struct Index<'a> {
    pub(super) name: &'a str,
    pub(super) columns: &'a Value,
    pub(super) unique: bool,
    /// How it is built, where that is no B-tree.
    pub(super) method: Option<Cow<'a, str>>,
}

/// A foreign key: its own columns, and the table that it refers to, where that is covered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Reference<'a> {
    pub(super) columns: &'a [String],
    pub(super) target: Option<Id<'a>>,
}

/// A table outside of the contract.
const NOT_COVERED: &str = "{not covered}";

impl Reference<'_> {
    /// The reference as a line of its table.
    pub(super) fn note(&self) -> String {
        format!(
            "{} \u{2192} {}",
            shown_list(self.columns),
            self.target.map_or_else(|| NOT_COVERED.to_owned(), title)
        )
    }
}

/// The name as people say it: without `public`.
pub(super) fn title((schema, name): Id<'_>) -> String {
    if schema == "public" {
        name.to_owned()
    } else {
        format!("{schema}.{name}")
    }
}

/// Names for people, with commas between them; one that has a comma itself stands in quotes.
pub(super) fn shown_list(names: &[String]) -> String {
    let shown = names.iter().map(|name| {
        if name.contains([',', '"']) {
            format!("\"{}\"", name.replace('"', "\"\""))
        } else {
            name.clone()
        }
    });
    shown.collect::<Vec<_>>().join(", ")
}

/// The tables of a snapshot, partitions left out, sorted by name. Views come only where they are asked for.
pub(super) fn tables<'a>(snapshot: &'a Snapshot, kinds: &[&str]) -> Vec<Table<'a>> {
    let facts = snapshot.facts();
    let is_parent = |fact: &&Fact| fact.key.property == "partition of";
    let mut partitions: BTreeMap<Id<'_>, usize> = BTreeMap::new();
    let mut parents: BTreeMap<Id<'_>, Id<'_>> = BTreeMap::new();
    for fact in facts.iter().filter(is_parent) {
        if let Some(parent) = fact.value.parent() {
            let object = &fact.key.object;
            parents.insert((&object.schema, &object.name), parent.parts());
            *partitions.entry(parent.parts()).or_default() += 1;
        }
    }
    let objects = facts.chunk_by(|a, b| a.key.object == b.key.object);
    let wanted = objects.filter(|facts| kinds.contains(&facts[0].key.object.kind.as_ref()));
    let whole = wanted.filter(|facts| !facts.iter().any(|fact| is_parent(&fact)));
    whole
        .map(|facts| {
            let mut table = table(facts);
            to_drawn(&mut table.references, &parents);
            table.partitions = partitions.get(&table.id).copied().unwrap_or(0);
            table
        })
        .collect()
}

/// A partition is drawn as a part of its table: what refers to it refers to that.
fn to_drawn<'a>(references: &mut Vec<Reference<'a>>, parents: &BTreeMap<Id<'a>, Id<'a>>) {
    for reference in references.iter_mut() {
        // So many steps are enough for any chain of partitions.
        for _ in 0..parents.len() {
            match reference.target.and_then(|target| parents.get(&target)) {
                Some(parent) => reference.target = Some(*parent),
                None => break,
            }
        }
    }
    let mut seen: Vec<Reference<'_>> = Vec::new();
    references.retain(|reference| {
        let is_new = !seen.contains(reference);
        seen.push(*reference);
        is_new
    });
}

fn table(facts: &[Fact]) -> Table<'_> {
    let object = &facts[0].key.object;
    let mut table = Table {
        id: (&object.schema, &object.name),
        kind: &object.kind,
        ..Table::default()
    };
    let own = facts.iter().filter(|fact| fact.key.part.is_none());
    for fact in own {
        match (fact.key.property.as_ref(), &fact.value) {
            ("columns", Value::Columns(names)) => {
                let column = |name| Column {
                    name,
                    ..Column::default()
                };
                table.columns = names.iter().map(|name| column(name.as_str())).collect();
            }
            ("comment", value) => table.comment = Some(value.text()),
            ("partition by", value) => table.partition_key = Some(value.text()),
            _ => {}
        }
    }
    for fact in facts {
        let Some(part) = fact.key.part.as_deref() else {
            continue;
        };
        match (part.kind.as_ref(), fact.key.property.as_ref()) {
            ("column", property) => {
                if let Some(column) = table.columns.iter_mut().find(|column| column.name == part.name) {
                    describe(column, property, &fact.value);
                }
            }
            ("constraint", "definition") => table.constraints.push((&part.name, &fact.value)),
            ("index", "columns") => table.indexes.push(Index {
                name: &part.name,
                columns: &fact.value,
                unique: false,
                method: None,
            }),
            ("index", "method") => {
                if let Some(index) = table.indexes.iter_mut().find(|index| index.name == part.name) {
                    index.method = Some(fact.value.text()).filter(|method| method != "btree");
                }
            }
            ("index", "unique") => {
                if let Some(index) = table.indexes.iter_mut().find(|index| index.name == part.name) {
                    index.unique = true;
                }
            }
            _ => {}
        }
    }
    keys(&mut table);
    table
}

fn describe<'a>(column: &mut Column<'a>, property: &str, value: &'a Value) {
    match property {
        "type" => column.data_type = value.text(),
        "not null" => column.not_null = true,
        "default" => column.default = Some(value.to_string()),
        "identity" => column.default = Some(format!("identity {value}")),
        "generated stored" | "generated virtual" => column.default = Some(format!("{property}: {value}")),
        "comment" => column.comment = Some(value.text()),
        _ => {}
    }
}

/// Marks the columns of primary and foreign keys, and collects what the foreign keys refer to.
fn keys(table: &mut Table<'_>) {
    for (_, definition) in &table.constraints {
        match definition {
            Value::Key(KeyConstraint {
                kind: KeyKind::Primary,
                columns,
                ..
            }) => {
                let own = table.columns.iter_mut();
                own.filter(|column| columns.iter().any(|name| name == column.name))
                    .for_each(|column| column.primary = true);
            }
            Value::ForeignKey(key) => {
                let ForeignKey { columns, target, .. } = key.as_ref();
                let own = table.columns.iter_mut();
                own.filter(|column| columns.iter().any(|name| name == column.name))
                    .for_each(|column| column.foreign = true);
                let reference = Reference {
                    columns,
                    target: target.as_ref().map(RelationName::parts),
                };
                if !table.references.contains(&reference) {
                    table.references.push(reference);
                }
            }
            _ => {}
        }
    }
}
