//! One file of seeds, read.

use super::{
    header::Header,
    table::{Rows, TableSeed},
};
use crate::values::Cell;

/// One file of seeds.
#[derive(Debug, Clone)]
pub struct SeedFile {
    pub(crate) number: u64,
    pub(crate) name: String,
    /// The path as the caller gave the folder, for messages.
    pub(crate) path: String,
    pub(crate) text: String,
    pub(crate) header: Header,
    pub(crate) body: Body,
}

/// What a file is made of.
#[derive(Debug, Clone)]
pub(crate) enum Body {
    Sql,
    Tables(Vec<TableSeed>),
}

impl SeedFile {
    /// The number that orders it.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// The name without the folder.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How many bytes it has.
    pub fn size(&self) -> usize {
        self.text.len()
    }

    /// The environments in which alone it runs; empty: in all of them.
    pub fn only(&self) -> &[String] {
        &self.header.only
    }

    /// Its path and its text, where it is SQL.
    pub fn sql(&self) -> Option<(&str, &str)> {
        match self.body {
            Body::Sql => Some((&self.path, &self.text)),
            Body::Tables(_) => None,
        }
    }

    pub(crate) fn needs_email_key(&self) -> bool {
        let in_rows = |rows: &Rows| match rows {
            Rows::Cells(rows) => rows
                .iter()
                .flat_map(|row| &row.cells)
                .any(|cell| matches!(cell, Cell::EmailHash { .. })),
            Rows::Csv { .. } => false,
        };
        !self.header.email_hashes.is_empty()
            || match &self.body {
                Body::Sql => false,
                Body::Tables(tables) => tables
                    .iter()
                    .flat_map(|table| &table.groups)
                    .any(|group| in_rows(&group.rows)),
            }
    }
}
