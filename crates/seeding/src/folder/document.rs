//! Declarative seeds: TOML and CSV to rows. Pure: nothing here asks a database.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::{Spanned, Table, value::Datetime};

use super::{
    comments::csv_head,
    problem::ProblemKind,
    table::{Group, Row, Rows, TableName, TableSeed},
};
use crate::values::Cell;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    epoch: Option<Datetime>,
    #[serde(default)]
    table: Vec<TableDocument>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TableDocument {
    name: String,
    key: Option<Vec<String>>,
    #[serde(default)]
    report: Vec<String>,
    #[serde(default)]
    rows: Vec<Spanned<Table>>,
}

/// What is wrong, and at which byte.
#[derive(Debug)]
pub(crate) struct Fault {
    pub(crate) kind: ProblemKind,
    pub(crate) offset: usize,
    pub(crate) what: String,
}

/// Reads a TOML seed; all that is wrong with it at once.
pub(crate) fn parse_toml(text: &str) -> Result<Vec<TableSeed>, Vec<Fault>> {
    let document: Document = toml::from_str(text).map_err(|error| {
        vec![Fault {
            kind: ProblemKind::BadDocument,
            offset: error.span().map_or(0, |span| span.start),
            what: error.message().trim().replace('\n', ", "),
        }]
    })?;
    let mut faults = Vec::new();
    let tables = document
        .table
        .into_iter()
        .map(|table| read_table(table, document.epoch.as_ref(), &mut faults))
        .collect();
    if faults.is_empty() {
        Ok(tables)
    } else {
        Err(faults)
    }
}

fn read_table(table: TableDocument, epoch: Option<&Datetime>, faults: &mut Vec<Fault>) -> TableSeed {
    let mut groups = Groups::default();
    let mut seen = BTreeMap::new();
    for row in table.rows {
        let offset = row.span().start;
        let mut fault = |kind, what| faults.push(Fault { kind, offset, what });
        let (mut columns, mut cells) = (Vec::new(), Vec::new());
        for (column, value) in row.into_inner() {
            match Cell::parse(value, epoch) {
                Ok(cell) => cells.push(cell),
                Err(what) => fault(ProblemKind::BadValue, format!("column `{column}`: {what}")),
            }
            columns.push(column);
        }
        if let Some(key) = &table.key {
            let missing: Vec<_> = key.iter().filter(|column| !columns.contains(*column)).collect();
            if let Some(column) = missing.first() {
                let what = format!(
                    "this row of `{}` does not give its key column `{column}`",
                    table.name
                );
                fault(ProblemKind::BadValue, what);
            } else if cells.len() == columns.len() {
                let values = (columns.iter().zip(&cells))
                    .filter(|(column, _)| key.contains(column))
                    .map(|(_, cell)| format!("{cell:?}"));
                if seen.insert(values.collect::<Vec<_>>(), offset).is_some() {
                    let what = format!(
                        "`{}` has two rows with the same `{}`",
                        table.name,
                        key.join("`, `")
                    );
                    fault(ProblemKind::DuplicateRow, what);
                }
            }
        }
        groups.push(columns, Row { offset, cells });
    }
    TableSeed {
        name: TableName::parse(&table.name),
        key: table.key,
        report: table.report,
        groups: groups.into_groups(),
    }
}

/// Rows by their columns, the columns in the order in which they are first given.
#[derive(Default)]
struct Groups {
    places: BTreeMap<Vec<String>, usize>,
    rows: Vec<Vec<Row>>,
}

impl Groups {
    fn push(&mut self, columns: Vec<String>, row: Row) {
        let place = *self.places.entry(columns).or_insert(self.rows.len());
        if place == self.rows.len() {
            self.rows.push(Vec::new());
        }
        self.rows[place].push(row);
    }

    fn into_groups(self) -> Vec<Group> {
        let mut columns: Vec<_> = self.places.into_iter().collect();
        columns.sort_by_key(|(_, place)| *place);
        let groups = columns.into_iter().zip(self.rows);
        groups
            .map(|((columns, _), rows)| Group {
                columns,
                rows: Rows::Cells(rows),
            })
            .collect()
    }
}

/// Reads a CSV seed: its first line gives the columns, the name of its file the table.
pub(crate) fn parse_csv(table: &str, text: &str) -> Result<Vec<TableSeed>, Vec<Fault>> {
    let text = text.trim_start_matches('\u{feff}');
    let comments = csv_head(text);
    let rows = &text[comments.len()..];
    let head = rows.lines().next().unwrap_or_default();
    let columns: Vec<String> = head
        .split(',')
        .map(|column| column.trim().trim_matches('"').to_owned())
        .collect();
    if columns.iter().any(String::is_empty) {
        return Err(vec![Fault {
            kind: ProblemKind::BadDocument,
            offset: 0,
            what: "the first line of a CSV seed names its columns".to_owned(),
        }]);
    }
    Ok(vec![TableSeed {
        name: TableName::parse(table),
        key: None,
        report: Vec::new(),
        groups: vec![Group {
            columns,
            rows: Rows::Csv {
                text: rows.to_owned(),
                comments: comments.lines().count(),
            },
        }],
    }])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_that_give_the_same_columns_stand_together() {
        let tables = parse_toml(
            "[[table]]\nname = \"analytics.t\"\nrows = [{ a = 1, b = 2 }, { a = 2 }, { b = 1, a = 3 }]\n",
        )
        .unwrap();
        let groups = &tables[0].groups;
        assert_eq!(tables[0].name.shown(), "analytics.t");
        assert_eq!(groups.len(), 2);
        assert!(matches!(&groups[0].rows, Rows::Cells(rows) if rows.len() == 2));
    }

    #[test]
    fn rows_that_all_give_other_columns_are_read_in_time() {
        let rows: String = (0..20_000).map(|row| format!("{{ c{row} = 1 }},\n")).collect();
        let tables = parse_toml(&format!("[[table]]\nname = \"t\"\nrows = [{rows}]\n")).unwrap();
        let columns = tables[0].groups.iter().map(|group| group.columns[0].clone());
        assert!(columns.eq((0..20_000).map(|row| format!("c{row}"))));
    }

    #[test]
    fn all_faults_of_a_file_are_told_at_once() {
        let text = "[[table]]\nname = \"t\"\nkey = [\"id\"]\nrows = [\n  { id = 1 },\n  { id = 1 },\n  { x = 1 },\n  { id = { uuid = 7 } },\n]\n";
        let faults = parse_toml(text).unwrap_err();
        let kinds: Vec<_> = faults.iter().map(|fault| fault.kind).collect();
        assert_eq!(
            kinds,
            [
                ProblemKind::DuplicateRow,
                ProblemKind::BadValue,
                ProblemKind::BadValue
            ]
        );
        assert_eq!(faults[1].offset, text.find("{ x").unwrap());
    }

    #[test]
    fn an_unknown_key_is_refused_at_its_place() {
        let text = "[[table]]\nname = \"t\"\nkeys = [\"id\"]\n";
        let faults = parse_toml(text).unwrap_err();
        assert_eq!(faults[0].offset, text.find("keys").unwrap());
    }

    #[test]
    fn a_csv_without_column_names_is_refused() {
        assert!(parse_csv("t", "").is_err());
        let tables = parse_csv("t", "\u{feff}a,\"b\"\n1,2\n").unwrap();
        assert_eq!(tables[0].groups[0].columns, ["a", "b"]);
    }
}
