//! Reads a snapshot from `pg_catalog`: flat rows in one message, put together here.
//!
//! Every module below owns some catalog tables: its `SQL` reads them nearly raw, its `build` turns the rows into
//! facts. Aggregating on the server, or asking `pg_get_constraintdef` for every row, costs more than `pg_dump`.
//! Left out on purpose: parsing DDL, and anything that depends on oids or on the order of creation.

mod array;
mod columns;
mod comments;
mod constraints;
mod database;
mod facts;
mod grants;
mod indexes;
mod kinds;
mod kinds_outside;
mod members;
mod names;
mod not_null;
mod policies;
mod relations;
mod routines;
mod rows;
mod schemas;
mod sequences;
mod simple;
mod snapshot;
mod transaction;
mod triggers;
mod types;
pub(crate) mod version;
mod view_order;
mod view_text;

pub use snapshot::snapshot;

use facts::{Facts, part};
