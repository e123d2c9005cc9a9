//! The ER diagram as SVG, readable in light and in dark surroundings.

use std::{collections::HashSet, fmt::Write};

use super::{
    Group,
    layout::{self, HEAD, LINE, Place},
    model::{self, Column, Id, Table, title},
    route::Ways,
};

const MARGIN: usize = 24;
const TITLE: usize = 40;

const STYLE: &str = "<style>\
    text{font:11px ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace;fill:#1f2937}\
    .group{fill:#f8fafc;stroke:#cbd5e1}.component{font-size:17px;font-weight:600;fill:#334155}\
    .box{fill:#ffffff;stroke:#64748b}.head{fill:#334155}.title{fill:#ffffff;font-weight:600;font-size:12px}\
    .type{fill:#64748b;text-anchor:end}.key{font-weight:600}.is-key{fill:#1f2937}.refers{fill:none;stroke:#1f2937;stroke-width:1.1}.note{fill:#64748b;font-style:italic}.elsewhere{fill:#2563eb}\
    .reference{fill:none;stroke:#2563eb;stroke-opacity:.55;stroke-width:1.3;marker-end:url(#arrow)}\
    </style><defs><marker id=\"arrow\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"7\" markerHeight=\"7\" orient=\"auto\">\
    <path d=\"M0,0 L8,4 L0,8 z\" fill=\"#2563eb\"/></marker></defs>\n";

/// The ER diagram of some components: a frame for each, tables in it, and an arrow for each foreign key.
pub fn svg(groups: &[Group<'_>]) -> String {
    let (mut frames, mut lines, mut boxes) = (String::new(), String::new(), String::new());
    let (mut y, mut width) = (MARGIN, 0);
    for group in groups {
        let mut tables = model::tables(group.snapshot, &["table", "foreign-table"]);
        keep_inside(&mut tables);
        let (places, group_width, group_height) = layout::place(&tables);
        let (frame_width, frame_height) = (group_width + 2 * MARGIN, group_height + TITLE + MARGIN);
        // Writing to a string cannot fail.
        let _ = writeln!(
            frames,
            "<rect class=\"group\" x=\"{MARGIN}\" y=\"{y}\" width=\"{frame_width}\" height=\"{frame_height}\" rx=\"8\"/>\
             <text class=\"component\" x=\"{}\" y=\"{}\">{}</text>",
            2 * MARGIN,
            y + 27,
            escaped(group.name)
        );
        let places: Vec<Place> = places
            .into_iter()
            .map(|place| Place {
                x: place.x + 2 * MARGIN,
                y: place.y + y + TITLE,
                ..place
            })
            .collect();
        let ways = Ways::between(&places, y + TITLE - 12, y + frame_height);
        let drawn: Vec<_> = tables.into_iter().zip(places).collect();
        for (table, place) in &drawn {
            draw(&mut boxes, table, *place);
        }
        arrows(&mut lines, &drawn, ways);
        y += frame_height + MARGIN;
        width = width.max(frame_width + 2 * MARGIN);
    }
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {y}\" width=\"{width}\" height=\"{y}\">\n{STYLE}\
         <rect width=\"{width}\" height=\"{y}\" fill=\"#ffffff\"/>\n{frames}{lines}{boxes}</svg>\n"
    )
}

fn draw(out: &mut String, table: &Table<'_>, place: Place) {
    let Place { x, y, width, height } = place;
    let _ = writeln!(
        out,
        "<rect class=\"box\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"4\"/>\
         <rect class=\"head\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{HEAD}\" rx=\"4\"/>\
         <text class=\"title\" x=\"{}\" y=\"{}\">{}</text>",
        x + 9,
        y + 17,
        escaped(&title(table.id))
    );
    let mut line = y + HEAD + LINE - 3;
    for column in &table.columns {
        let class = if column.primary { " class=\"key\"" } else { "" };
        let null = if column.not_null || column.primary {
            ""
        } else {
            "?"
        };
        let _ = writeln!(
            out,
            "{}<text{class} x=\"{}\" y=\"{line}\">{}</text>\
             <text class=\"type\" x=\"{}\" y=\"{line}\">{}{null}</text>",
            mark(column, x + 12, line - 4),
            x + 21,
            escaped(column.name),
            x + width - 9,
            escaped(&layout::shown_type(&column.data_type))
        );
        line += LINE;
    }
    if table.partition_key.is_some() {
        let _ = writeln!(
            out,
            "<text class=\"note\" x=\"{}\" y=\"{line}\">{} partitions</text>",
            x + 21,
            table.partitions
        );
        line += LINE;
    }
    for reference in &table.elsewhere {
        let _ = writeln!(
            out,
            "<text class=\"elsewhere\" x=\"{}\" y=\"{line}\">{}</text>",
            x + 21,
            escaped(&reference.note())
        );
        line += LINE;
    }
}

/// A full circle for a primary key, an empty one for a reference, one in the other for both. No font has a say in it.
fn mark(column: &Column<'_>, x: usize, y: usize) -> String {
    let circle = |class, radius| format!("<circle class=\"{class}\" cx=\"{x}\" cy=\"{y}\" r=\"{radius}\"/>");
    match (column.primary, column.foreign) {
        (true, true) => circle("refers", "3.6") + &circle("is-key", "1.7"),
        (true, false) => circle("is-key", "3.6"),
        (false, true) => circle("refers", "3.6"),
        (false, false) => String::new(),
    }
}

/// An arrow from each referring column to the table it refers to. Many arrows to one table end at heights of their own.
fn arrows(out: &mut String, drawn: &[(Table<'_>, Place)], mut ways: Ways) {
    let mut incoming: Vec<Vec<(Place, usize)>> = vec![Vec::new(); drawn.len()];
    for (table, from) in drawn {
        for reference in &table.references {
            let target = drawn
                .iter()
                .position(|(other, _)| Some(other.id) == reference.target);
            let Some(target) = target else { continue };
            let column = table
                .columns
                .iter()
                .position(|column| reference.columns.first().is_some_and(|name| name == column.name));
            let y = from.y + HEAD + column.unwrap_or(0) * LINE + LINE / 2;
            incoming[target].push((*from, y));
        }
    }
    for ((_, to), mut sources) in drawn.iter().zip(incoming) {
        // In the order of where they come from, so that they cross as little as possible.
        sources.sort_by_key(|(from, y)| (*y, from.x));
        let count = sources.len();
        for (at, (from, y)) in sources.into_iter().enumerate() {
            let path = ways.path(from, y, *to, end(*to, at, count));
            let _ = writeln!(out, "<path class=\"reference\" d=\"{path}\"/>");
        }
    }
}

/// The height at which one of several arrows ends: one alone at the head of its box.
fn end(to: Place, at: usize, count: usize) -> usize {
    let first = to.y + HEAD / 2;
    let room = to.height.saturating_sub(HEAD);
    first + (room * at).checked_div(count - 1).unwrap_or(0)
}

/// References out of the group become lines of their table: an arrow across frames would be lost among the others.
fn keep_inside(tables: &mut [Table<'_>]) {
    let inside: HashSet<Id<'_>> = tables.iter().map(|table| table.id).collect();
    for table in tables {
        let references = std::mem::take(&mut table.references);
        (table.references, table.elsewhere) = references
            .into_iter()
            .partition(|reference| reference.target.is_some_and(|target| inside.contains(&target)));
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
