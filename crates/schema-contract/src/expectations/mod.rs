//! What those who depend on a schema expect of it, written by hand in TOML and compared with a snapshot.
//!
//! ```toml
//! [migrations]                       # by component: numbers that must be applied
//! operational = [27, 28]
//!
//! [tables.user_profiles]             # `schema.table`, or in `public` the table alone
//! primary_key = ["vi_user_id"]
//! columns.trust_level = { type = "numeric(3,2)", not_null = true }
//! ```
//!
//! What is not mentioned is not checked; an unknown key is an error.

mod breach;
mod calendar;
mod check;
mod file;
mod lines;
mod partitions;

pub use breach::Breach;
pub use calendar::Day;
pub use check::{Applied, check, unmet};
pub use file::{Column, Detail, Expectations, Interval, Kind, Partitions, Table, parse, read};
pub use partitions::snapshot_with_partitions;
