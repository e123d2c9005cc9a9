//! What a picture needs to know about a table.

use std::collections::BTreeMap;

use crate::{Fact, Snapshot, name};

/// A table as it is drawn.
#[derive(Debug, Default)]
pub(super) struct Table<'a> {
    pub(super) schema: &'a str,
    pub(super) name: &'a str,
    pub(super) kind: &'a str,
    pub(super) comment: Option<&'a str>,
    pub(super) columns: Vec<Column<'a>>,
    pub(super) references: Vec<Reference>,
    /// References that no arrow is drawn for.
    pub(super) elsewhere: Vec<Reference>,
    /// Constraints with their definitions, indexes with what they are over.
    pub(super) constraints: Vec<(&'a str, &'a str)>,
    pub(super) indexes: Vec<(&'a str, String)>,
    pub(super) partition_key: Option<&'a str>,
    pub(super) partitions: usize,
}

#[derive(Debug, Default)]
pub(super) struct Column<'a> {
    pub(super) name: String,
    pub(super) data_type: &'a str,
    pub(super) not_null: bool,
    pub(super) default: Option<String>,
    pub(super) comment: Option<&'a str>,
    pub(super) primary: bool,
    pub(super) foreign: bool,
}

/// A foreign key: own columns, and the qualified name of the table it leads to.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Reference {
    pub(super) columns: Vec<String>,
    pub(super) target: String,
}

impl Reference {
    /// The reference as a line of its table.
    pub(super) fn note(&self) -> String {
        let target = self.target.strip_prefix("public.").unwrap_or(&self.target);
        format!("{} \u{2192} {target}", self.columns.join(", "))
    }
}

impl Table<'_> {
    pub(super) fn qualified(&self) -> String {
        name::qualified(self.schema, self.name)
    }

    /// The name as people say it: without `public`.
    pub(super) fn title(&self) -> String {
        if self.schema == "public" {
            self.name.to_owned()
        } else {
            format!("{}.{}", self.schema, self.name)
        }
    }
}

/// The tables of a snapshot, partitions left out, sorted by name. Views come only where they are asked for.
pub(super) fn tables<'a>(snapshot: &'a Snapshot, kinds: &[&str]) -> Vec<Table<'a>> {
    let facts = snapshot.facts();
    let mut partitions: BTreeMap<&str, usize> = BTreeMap::new();
    for fact in facts.iter().filter(|fact| fact.key.property == "partition of") {
        *partitions.entry(fact.value.as_str()).or_default() += 1;
    }
    let objects = facts.chunk_by(|a, b| a.key.object == b.key.object);
    let wanted = objects.filter(|facts| kinds.contains(&facts[0].key.object.kind.as_ref()));
    let whole = wanted.filter(|facts| facts.iter().all(|fact| fact.key.property != "partition of"));
    whole
        .map(|facts| {
            let mut table = table(facts);
            table.partitions = partitions.get(table.qualified().as_str()).copied().unwrap_or(0);
            table
        })
        .collect()
}

fn table(facts: &[Fact]) -> Table<'_> {
    let object = &facts[0].key.object;
    let mut table = Table {
        schema: &object.schema,
        name: &object.name,
        kind: &object.kind,
        ..Table::default()
    };
    let own = facts.iter().filter(|fact| fact.key.part.is_none());
    for fact in own {
        match fact.key.property.as_ref() {
            "columns" => table.columns = split(&fact.value).into_iter().map(column).collect(),
            "comment" => table.comment = Some(&fact.value),
            "partition by" => table.partition_key = Some(&fact.value),
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
            ("index", "columns") => table.indexes.push((&part.name, fact.value.clone())),
            ("index", "unique") => {
                if let Some((_, columns)) = table.indexes.iter_mut().find(|(name, _)| *name == part.name) {
                    columns.push_str(", unique");
                }
            }
            _ => {}
        }
    }
    keys(&mut table);
    table
}

fn column<'a>(name: String) -> Column<'a> {
    Column {
        name,
        ..Column::default()
    }
}

fn describe<'a>(column: &mut Column<'a>, property: &str, value: &'a str) {
    match property {
        "type" => column.data_type = value,
        "not null" => column.not_null = true,
        "default" => column.default = Some(value.to_owned()),
        "identity" => column.default = Some(format!("identity {value}")),
        "generated stored" | "generated virtual" => column.default = Some(format!("{property}: {value}")),
        "comment" => column.comment = Some(value),
        _ => {}
    }
}

fn keys(table: &mut Table<'_>) {
    for (_, definition) in &table.constraints {
        if let Some(columns) = definition.strip_prefix("PRIMARY KEY (") {
            let columns = split(columns.split(')').next().unwrap_or_default());
            table
                .columns
                .iter_mut()
                .filter(|c| columns.contains(&c.name))
                .for_each(|c| c.primary = true);
        }
        if let Some(reference) = reference(definition) {
            let columns = &reference.columns;
            table
                .columns
                .iter_mut()
                .filter(|c| columns.contains(&c.name))
                .for_each(|c| c.foreign = true);
            if !table.references.contains(&reference) {
                table.references.push(reference);
            }
        }
    }
}

/// Reads what this crate wrote itself: `FOREIGN KEY (a, b) REFERENCES s.t (c, d) …`.
fn reference(definition: &str) -> Option<Reference> {
    let (columns, rest) = definition
        .strip_prefix("FOREIGN KEY (")?
        .split_once(") REFERENCES ")?;
    let (target, _) = rest.split_once(" (")?;
    Some(Reference {
        columns: split(columns),
        target: target.to_owned(),
    })
}

/// Names with commas between them, unquoted.
fn split(list: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut rest = list;
    while let Some((name, after)) = name::take(rest) {
        out.push(name);
        rest = after.strip_prefix(", ").unwrap_or_default();
    }
    out
}
