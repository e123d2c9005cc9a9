//! The rules of each format, one module for each that has rules of its own.
//!
//! Out of scope: telling formats apart, which is done before any of these is called.

mod dbmate;
mod diesel;
mod direction;
mod flyway;
mod goose;
mod markers;
mod node_pg_migrate;
mod numbered;
mod prisma;
mod read;
mod refinery;
mod sql_migrate;
mod supabase;
mod tern;

pub(super) use flyway::is_name as is_flyway_name;
pub(super) use markers::{MARKERS, has_markers, is_marker};
pub(super) use node_pg_migrate::is_file as is_node_pg_migrate;
pub(super) use read::read;
pub(super) use refinery::formats_of_names;
