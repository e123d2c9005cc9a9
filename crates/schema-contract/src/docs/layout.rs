//! Where the boxes of a picture go: referenced tables to the left of those that refer to them.

use std::collections::{HashMap, HashSet};

use super::model::{Column, Id, Table, title};

/// A box: pixels from the left and the top of its group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) x: usize,
    pub(super) y: usize,
    pub(super) width: usize,
    pub(super) height: usize,
}

pub(super) const LINE: usize = 17;
pub(super) const HEAD: usize = 26;
const GAP_X: usize = 76;
const GAP_Y: usize = 22;
/// A column of boxes higher than this is continued beside it.
const TALLEST: usize = 1500;
/// Pixels of a character of the fixed-width font in 11 pixels.
const CHARACTER: usize = 7;

/// The size of a table's box.
pub(super) fn size(table: &Table<'_>) -> (usize, usize) {
    let line =
        |column: &Column<'_>| column.name.chars().count() + shown_type(&column.data_type).chars().count();
    let widest = table.columns.iter().map(line).max().unwrap_or(0) + 7;
    let notes = table.elsewhere.iter();
    let note = notes
        .map(|reference| reference.note().chars().count() + 5)
        .max()
        .unwrap_or(0);
    let title = title(table.id).chars().count() + 4;
    let lines = table.columns.len() + usize::from(table.partition_key.is_some()) + table.elsewhere.len();
    (widest.max(title).max(note) * CHARACTER, HEAD + lines * LINE + 8)
}

/// Long type names in the short form that everybody knows, with the precision that a type has.
pub(super) fn shown_type(data_type: &str) -> String {
    let mut short = data_type
        .strip_prefix("public.")
        .unwrap_or(data_type)
        .replace(" without time zone", "")
        .replace("character varying", "varchar")
        .replace("bit varying", "varbit")
        .replace("double precision", "float8");
    if let Some(at) = short.find(" with time zone") {
        let rest = short.split_off(at);
        // `timestamp(6) with time zone[]` is `timestamptz(6)[]`.
        let name = short.find('(').unwrap_or(short.len());
        short.insert_str(name, "tz");
        short.push_str(rest.trim_start_matches(" with time zone"));
    }
    short
}

/// A place for each table, in the order given, and the size of it all.
pub(super) fn place(tables: &[Table<'_>]) -> (Vec<Place>, usize, usize) {
    let layers = layers(tables);
    let mut places = vec![
        Place {
            x: 0,
            y: 0,
            width: 0,
            height: 0
        };
        tables.len()
    ];
    let (mut x, mut bottom) = (0, 0);
    for layer in 0..=layers.iter().copied().max().unwrap_or(0) {
        let mut members: Vec<usize> = (0..tables.len()).filter(|at| layers[*at] == layer).collect();
        members.sort_by_key(|at| (height_of_targets(&tables[*at], tables, &places), tables[*at].id));
        let (mut y, mut widest) = (0, 0);
        for at in members {
            let (width, height) = size(&tables[at]);
            if y > 0 && y + height > TALLEST {
                x += widest + GAP_X;
                (y, widest) = (0, 0);
            }
            places[at] = Place { x, y, width, height };
            y += height + GAP_Y;
            widest = widest.max(width);
            bottom = bottom.max(y - GAP_Y);
        }
        x += if widest > 0 { widest + GAP_X } else { 0 };
    }
    (places, x.saturating_sub(GAP_X), bottom)
}

/// How far from the tables that refer to nothing: one more than the farthest table referred to.
fn layers(tables: &[Table<'_>]) -> Vec<usize> {
    let index: HashMap<Id<'_>, usize> = tables
        .iter()
        .enumerate()
        .map(|(at, table)| (table.id, at))
        .collect();
    let mut layers = vec![0; tables.len()];
    // A cycle would push its tables ever further; so many rounds are enough for any chain without one.
    for _ in 0..tables.len().min(12) {
        for (at, table) in tables.iter().enumerate() {
            let targets = table
                .references
                .iter()
                .filter_map(|reference| index.get(&reference.target?));
            let farthest = targets
                .filter(|target| **target != at)
                .map(|target| layers[*target] + 1)
                .max();
            layers[at] = layers[at].max(farthest.unwrap_or(0).min(12));
        }
    }
    // Tables that have nothing to do with others stand aside, so that the others stand close together.
    let aside = layers.iter().max().map_or(0, |last| last + 1);
    let referred: HashSet<Id<'_>> = tables
        .iter()
        .flat_map(|table| &table.references)
        .filter_map(|reference| reference.target)
        .collect();
    for (at, table) in tables.iter().enumerate() {
        if table.references.is_empty() && !referred.contains(&table.id) {
            layers[at] = aside;
        }
    }
    layers
}

/// Tables stand at the height of what they refer to, so that lines are short.
fn height_of_targets(table: &Table<'_>, tables: &[Table<'_>], places: &[Place]) -> usize {
    let of = |target: Id<'_>| {
        tables
            .iter()
            .position(|other| other.id == target)
            .map(|at| places[at].y)
    };
    let heights: Vec<usize> = table
        .references
        .iter()
        .filter_map(|reference| of(reference.target?))
        .collect();
    heights.iter().sum::<usize>() / heights.len().max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_schema_public_is_left_out_of_a_type() {
        assert_eq!(shown_type("public.mood[]"), "mood[]");
        assert_eq!(shown_type("republic.mood"), "republic.mood");
        assert_eq!(shown_type("timestamp with time zone"), "timestamptz");
    }

    #[test]
    fn a_type_with_a_precision_is_as_short_as_one_without() {
        for (long, short) in [
            ("timestamp(6) without time zone", "timestamp(6)"),
            ("timestamp(3) with time zone[]", "timestamptz(3)[]"),
            ("time without time zone", "time"),
            ("time(0) with time zone", "timetz(0)"),
            ("character varying(20)[]", "varchar(20)[]"),
            ("bit varying(3)", "varbit(3)"),
        ] {
            assert_eq!(shown_type(long), short);
        }
    }
}
