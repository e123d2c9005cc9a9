//! The ER diagram as Mermaid, which GitHub draws by itself.

use std::fmt::Write;

use super::{Group, model};

/// The ER diagram of some components as a Mermaid document.
pub fn mermaid(groups: &[Group<'_>]) -> String {
    let mut out = String::from("erDiagram\n");
    for group in groups {
        // Writing to a string cannot fail.
        let _ = writeln!(out, "    %% {}", group.name);
        let tables = model::tables(group.snapshot, &["table", "foreign-table"]);
        for table in &tables {
            let _ = writeln!(
                out,
                "    {}[\"{}\"] {{",
                identifier(&table.qualified()),
                quoted(&table.title())
            );
            for column in &table.columns {
                let keys = match (column.primary, column.foreign) {
                    (true, true) => " PK, FK",
                    (true, false) => " PK",
                    (false, true) => " FK",
                    (false, false) => "",
                };
                let data_type = identifier(column.data_type);
                let _ = writeln!(out, "        {data_type} {}{keys}", identifier(&column.name));
            }
            let _ = writeln!(out, "    }}");
        }
        for table in &tables {
            for reference in &table.references {
                let (one, many) = (identifier(&reference.target), identifier(&table.qualified()));
                let optional = table
                    .columns
                    .iter()
                    .any(|c| reference.columns.contains(&c.name) && !c.not_null);
                let cardinality = if optional { "|o--o{" } else { "||--o{" };
                let _ = writeln!(
                    out,
                    "    {one} {cardinality} {many} : \"{}\"",
                    quoted(&reference.columns.join(", "))
                );
            }
        }
    }
    out
}

/// Mermaid takes letters, digits and underscores; anything else becomes an underscore.
fn identifier(text: &str) -> String {
    let text = text.strip_prefix("public.").unwrap_or(text);
    let plain = |c: char| {
        if c.is_ascii_alphanumeric() || c == '_' {
            c
        } else {
            '_'
        }
    };
    text.chars().map(plain).collect()
}

fn quoted(text: &str) -> String {
    text.replace('"', "'")
}
