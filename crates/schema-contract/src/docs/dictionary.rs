//! The data dictionary in Markdown.

use std::fmt::Write;

use super::{
    Group,
    model::{self, title},
};

/// The data dictionary of some components: each table with its columns, keys and indexes, and the enums.
pub fn dictionary(groups: &[Group<'_>]) -> String {
    let mut out = String::from("# Data dictionary\n");
    for group in groups {
        // Writing to a string cannot fail.
        let _ = writeln!(out, "\n## {}", one_line(group.name));
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
            let name = cell(&code(&fact.key.object.name));
            let _ = writeln!(out, "| {name} | {} |", cell(&fact.value.text()));
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
    let _ = writeln!(out, "\n### {}{suffix}\n", code(&title(table.id)));
    if let Some(comment) = &table.comment {
        let _ = writeln!(out, "{}\n", comment.trim());
    }
    if let Some(key) = &table.partition_key {
        let _ = writeln!(
            out,
            "Partitioned by {}, {} partitions.\n",
            code(key),
            table.partitions
        );
    }
    out.push_str("| column | type | null | default | |\n| --- | --- | --- | --- | --- |\n");
    for column in &table.columns {
        let mut notes: Vec<&str> = Vec::new();
        notes.extend(column.primary.then_some("primary key."));
        notes.extend(column.foreign.then_some("foreign key."));
        notes.extend(column.comment.as_deref());
        let default = column
            .default
            .as_ref()
            .map(|default| cell(&code(default)))
            .unwrap_or_default();
        let null = if column.not_null { "no" } else { "yes" };
        let _ = writeln!(
            out,
            "| {} | {} | {null} | {default} | {} |",
            cell(&code(column.name)),
            cell(&column.data_type),
            cell(&notes.join(" "))
        );
    }
    if !table.constraints.is_empty() || !table.indexes.is_empty() {
        out.push('\n');
    }
    for (name, definition) in &table.constraints {
        let _ = writeln!(out, "- constraint {}: {}", code(name), code(&definition.text()));
    }
    let constrained = |name: &str| {
        table
            .constraints
            .iter()
            .any(|(constraint, _)| *constraint == name)
    };
    for index in table.indexes.iter().filter(|index| !constrained(index.name)) {
        let unique = if index.unique { ", unique" } else { "" };
        let method = index.method.as_deref();
        let method = method.map(|method| format!(", {method}")).unwrap_or_default();
        let columns = format!("{}{unique}{method}", index.columns);
        let _ = writeln!(out, "- index {}: {}", code(index.name), code(&columns));
    }
}

/// A code span on one line. One that holds backticks stands between two of them.
fn code(text: &str) -> String {
    let line = one_line(text);
    if line.contains('`') {
        format!("`` {line} ``")
    } else {
        format!("`{line}`")
    }
}

/// A bar would end the cell, a line end the row.
fn cell(text: &str) -> String {
    one_line(text).replace('|', "\\|")
}

/// A text without line breaks of any kind.
fn one_line(text: &str) -> String {
    let breaks = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    text.replace(breaks, " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_break_in_a_name_breaks_no_line() {
        assert_eq!(cell(&code("a\r\nb\u{2028}c|d")), "`a  b c\\|d`");
    }
}
