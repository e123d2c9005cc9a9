//! Rows of a table as a seed gives them, before the database has been asked about its columns.

use crate::values::{Cell, identifier};

/// The rows of one table.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct TableSeed {
    pub(crate) name: TableName,
    /// The columns that tell rows apart; none: the primary key.
    pub(crate) key: Option<Vec<String>>,
    /// Columns whose values the report repeats, so that people know what to log in with.
    pub(crate) report: Vec<String>,
    /// Rows that give the same columns stand together: a column that a row does not give is left alone.
    pub(crate) groups: Vec<Group>,
}

/// Rows that give the same columns.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Group {
    pub(crate) columns: Vec<String>,
    pub(crate) rows: Rows,
}

/// Where the rows of a group are.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Rows {
    /// Read from TOML.
    Cells(Vec<Row>),
    /// The text of a CSV file with its header, passed to the server as it is.
    Csv {
        text: String,
        /// How many lines stand before it.
        comments: usize,
    },
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Row {
    /// Where it stands in the file, in bytes.
    pub(crate) offset: usize,
    pub(crate) cells: Vec<Cell>,
}

/// A table, in `public` unless it says otherwise.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct TableName {
    pub(crate) schema: String,
    pub(crate) table: String,
}

impl TableName {
    /// Reads `table` or `schema.table`.
    pub(crate) fn parse(name: &str) -> Self {
        let (schema, table) = name.split_once('.').unwrap_or(("public", name));
        Self {
            schema: schema.to_owned(),
            table: table.to_owned(),
        }
    }

    /// The name as people write it.
    pub(crate) fn shown(&self) -> String {
        if self.schema == "public" {
            self.table.clone()
        } else {
            format!("{}.{}", self.schema, self.table)
        }
    }

    /// The name as SQL takes it whatever it is made of.
    pub(crate) fn quoted(&self) -> String {
        format!("{}.{}", identifier(&self.schema), identifier(&self.table))
    }
}
