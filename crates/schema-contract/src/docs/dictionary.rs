//! The data dictionary in Markdown.

use std::fmt::Write;

use super::{Group, model};

/// The data dictionary of some components: each table with its columns, keys and indexes, and the enums.
pub fn dictionary(groups: &[Group<'_>]) -> String {
    let mut out = String::from("# Data dictionary\n");
    for group in groups {
        // Writing to a string cannot fail.
        let _ = writeln!(out, "\n## {}", group.name);
        for table in model::tables(
            group.snapshot,
            &["table", "foreign-table", "view", "materialized-view"],
        ) {
            write_table(&mut out, &table);
        }
        let enums: Vec<_> = group
            .snapshot
            .facts()
            .iter()
            .filter(|fact| fact.key.object.kind == "enum" && fact.key.property == "labels")
            .collect();
        if !enums.is_empty() {
            out.push_str("\n### Enums\n\n| enum | labels |\n| --- | --- |\n");
        }
        for fact in enums {
            let _ = writeln!(out, "| `{}` | {} |", fact.key.object.name, cell(&fact.value));
        }
    }
    out
}

fn write_table(out: &mut String, table: &model::Table<'_>) {
    let kind = if table.kind == "table" { "" } else { table.kind };
    let suffix = if kind.is_empty() {
        String::new()
    } else {
        format!(" ({})", kind.replace('-', " "))
    };
    let _ = writeln!(out, "\n### `{}`{suffix}\n", table.title());
    if let Some(comment) = table.comment {
        let _ = writeln!(out, "{}\n", comment.trim());
    }
    if let Some(key) = table.partition_key {
        let _ = writeln!(out, "Partitioned by `{key}`, {} partitions.\n", table.partitions);
    }
    out.push_str("| column | type | null | default | |\n| --- | --- | --- | --- | --- |\n");
    for column in &table.columns {
        let mut notes: Vec<&str> = Vec::new();
        notes.extend(column.primary.then_some("primary key."));
        notes.extend(column.foreign.then_some("foreign key."));
        notes.extend(column.comment);
        let default = column
            .default
            .as_ref()
            .map(|d| format!("`{}`", cell(d)))
            .unwrap_or_default();
        let null = if column.not_null { "no" } else { "yes" };
        let _ = writeln!(
            out,
            "| `{}` | {} | {null} | {default} | {} |",
            column.name,
            cell(column.data_type),
            cell(&notes.join(" "))
        );
    }
    if !table.constraints.is_empty() || !table.indexes.is_empty() {
        out.push('\n');
    }
    for (name, definition) in &table.constraints {
        let _ = writeln!(out, "- constraint `{name}`: `{}`", definition.replace('\n', " "));
    }
    let constrained = |name: &str| {
        table
            .constraints
            .iter()
            .any(|(constraint, _)| *constraint == name)
    };
    for (name, columns) in table.indexes.iter().filter(|(name, _)| !constrained(name)) {
        let _ = writeln!(out, "- index `{name}`: `{columns}`");
    }
}

/// A bar would end the cell, a line end the row.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}
