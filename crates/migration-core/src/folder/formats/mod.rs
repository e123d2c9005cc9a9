//! The rules of each format, one module for each that has rules of its own.
//!
//! Out of scope: telling formats apart, which is done before any of these is called.

mod dbmate;
mod diesel;
mod flyway;
mod goose;
mod markers;
mod numbered;
mod prisma;
mod read;
mod refinery;
mod supabase;
mod tern;

pub(super) use flyway::is_name as is_flyway_name;
pub(super) use markers::MARKERS;
pub(super) use read::read;
pub(super) use refinery::is_folder as is_refinery_folder;
