//! Fingerprints of a schema between one change and the next: only the catalog rows that changed are read.
//!
//! They say fast that nothing differs. What differs, and whether it really does, a [`snapshot`](crate::snapshot) says.

mod catalog;
mod catalogs_of_objects;
mod catalogs_of_relations;
mod catalogs_outside;
mod history;
mod objects;
mod renamed;
mod rows;
mod statement;
mod tracker;
mod value;
mod whole;

pub use {tracker::Fingerprints, value::Fingerprint, whole::fingerprint};
