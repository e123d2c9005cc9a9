//! The ER diagram as Mermaid, which GitHub draws by itself.

use std::{
    collections::{HashMap, HashSet},
    fmt::Write,
};

use super::{
    Group,
    model::{self, Column, Id, Reference, Table, shown_list, title},
};

/// The ER diagram of some components as a Mermaid document.
pub fn mermaid(groups: &[Group<'_>]) -> String {
    let mut out = String::from("erDiagram\n");
    let drawn: Vec<_> = groups
        .iter()
        .map(|group| model::tables(group.snapshot, &["table", "foreign-table"]))
        .collect();
    let mut entities = Entities::default();
    for table in drawn.iter().flatten() {
        entities.of(table.id);
    }
    for (group, tables) in groups.iter().zip(&drawn) {
        // Writing to a string cannot fail.
        let _ = writeln!(out, "    %% {}", quoted(group.name));
        for table in tables {
            let _ = writeln!(
                out,
                "    {}[\"{}\"] {{",
                entities.of(table.id),
                quoted(&title(table.id))
            );
            for column in &table.columns {
                write_column(&mut out, column);
            }
            let _ = writeln!(out, "    }}");
        }
        for table in tables {
            for reference in &table.references {
                write_reference(&mut out, table, reference, &mut entities);
            }
        }
    }
    out
}

fn write_column(out: &mut String, column: &Column<'_>) {
    let keys = match (column.primary, column.foreign) {
        (true, true) => " PK, FK",
        (true, false) => " PK",
        (false, true) => " FK",
        (false, false) => "",
    };
    let data_type = column.data_type.strip_prefix("public.");
    let data_type = identifier(data_type.unwrap_or(&column.data_type), &OF_COLUMNS);
    let name = identifier(column.name, &OF_COLUMNS);
    let _ = write!(out, "        {data_type} {name}{keys}");
    if name != column.name {
        let _ = write!(out, " \"{}\"", quoted(column.name));
    }
    out.push('\n');
}

fn write_reference<'a>(
    out: &mut String,
    table: &Table<'a>,
    reference: &Reference<'a>,
    entities: &mut Entities<'a>,
) {
    let one = match reference.target {
        Some(target) => entities.of(target),
        None => "_not_covered_".to_owned(),
    };
    let many = entities.of(table.id);
    let is_optional =
        |column: &Column<'_>| !column.not_null && reference.columns.iter().any(|name| name == column.name);
    let cardinality = if table.columns.iter().any(is_optional) {
        "|o--o{"
    } else {
        "||--o{"
    };
    let columns = quoted(&shown_list(reference.columns));
    let _ = writeln!(out, "    {one} {cardinality} {many} : \"{columns}\"");
}

/// The identifiers of the tables, each another one.
#[derive(Default)]
struct Entities<'a> {
    known: HashMap<Id<'a>, String>,
    taken: HashSet<String>,
}

impl<'a> Entities<'a> {
    fn of(&mut self, id: Id<'a>) -> String {
        if let Some(known) = self.known.get(&id) {
            return known.clone();
        }
        let first = identifier(&title(id), &OF_ENTITIES);
        let mut entity = first.clone();
        let mut number = 1;
        while !self.taken.insert(entity.clone()) {
            number += 1;
            entity = format!("{first}_{number}");
        }
        self.known.insert(id, entity.clone());
        entity
    }
}

/// Words that Mermaid's parser gives a meaning to, in any case, where an entity may stand.
const OF_ENTITIES: [&str; 16] = [
    "accdescr",
    "acctitle",
    "class",
    "classdef",
    "direction",
    "end",
    "erdiagram",
    "many",
    "one",
    "only",
    "optionally",
    "style",
    "subgraph",
    "title",
    "to",
    "zero",
];
/// Where a type or a column may stand.
const OF_COLUMNS: [&str; 3] = ["fk", "pk", "uk"];

/// Mermaid takes letters, digits and underscores, no digit first; anything else becomes an underscore. One more stands behind a
/// reserved word.
fn identifier(text: &str, reserved: &[&str]) -> String {
    let plain = |c: char| {
        if c.is_ascii_alphanumeric() || c == '_' {
            c
        } else {
            '_'
        }
    };
    let mut out: String = text.chars().map(plain).collect();
    if out.starts_with(|c: char| c.is_ascii_digit()) {
        out.insert(0, '_');
    }
    if reserved.contains(&out.to_ascii_lowercase().as_str()) {
        out.push('_');
    }
    out
}

/// A text between double quotes: what Mermaid gives a meaning to, or does not take there, as an entity code.
fn quoted(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        if matches!(c, '"' | '#' | '%' | '\\') || c.is_control() {
            let _ = write!(out, "#{};", u32::from(c));
        } else {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Snapshot;

    #[test]
    fn reserved_words_and_digits_are_no_identifiers() {
        for (name, entity, column) in [
            ("class", "class_", "class"),
            ("End", "End_", "End"),
            ("pk", "pk", "pk_"),
            ("1a", "_1a", "_1a"),
            ("to_do", "to_do", "to_do"),
            ("größe", "gr__e", "gr__e"),
        ] {
            assert_eq!(identifier(name, &OF_ENTITIES), entity);
            assert_eq!(identifier(name, &OF_COLUMNS), column);
        }
    }

    #[test]
    fn tables_whose_names_become_the_same_identifier_are_told_apart() {
        let text = "table public.\"a b\" / columns = id\ntable public.a_b / columns = id\n\
            table public.a_b / constraint f / definition = FOREIGN KEY (id) REFERENCES public.\"a b\" (id)\n";
        let snapshot = Snapshot::parse(text).unwrap();
        let drawn = mermaid(&[Group {
            name: "odd",
            snapshot: &snapshot,
        }]);
        assert!(
            drawn.contains("a_b[\"a b\"] {") && drawn.contains("a_b_2[\"a_b\"] {"),
            "{drawn}"
        );
        assert!(drawn.contains("a_b |o--o{ a_b_2 : \"id\""), "{drawn}");
    }
}
