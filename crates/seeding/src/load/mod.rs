//! Rows into a table of the database: what the catalog says about it, and the merge.

mod catalog;
mod merge;

pub(crate) use catalog::columns;
pub(crate) use merge::{Merge, Travel};
