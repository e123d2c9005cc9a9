//! The version guard: does the application fit the schema it is about to use?
//!
//! Left out on purpose: where the application's version comes from and what happens on refusal; a guard that is
//! skipped says so in its report, and whoever prints must print it.

mod check;
mod version;
mod version_table;

pub use check::{Enforcement, GuardConfig, GuardReport, Outcome, SchemaVersion, check};
pub use version::{NotAVersion, Verdict, Version, verdict};
pub use version_table::VersionTable;
