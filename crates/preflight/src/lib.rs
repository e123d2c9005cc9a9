//! Checks of the environment before anything is touched, every failure in one report.
//!
//! - [`check`]: variables (any of several names), folders, files and programs.
//! - [`check_database`]: version, encoding, read-only, and each right that will be needed, with the GRANT that gives it.
//! - [`check_no_pooler`]: a transaction pooler in between.
//! - [`check_tracked_files`]: credentials in files that are under version control.
//!
//! ```
//! use preflight::{Requirement, check};
//!
//! let needs = [
//!     Requirement::any_variable(["API_TOKEN"], "the upload"),
//!     Requirement::folder("/", "the migrations"),
//! ];
//! let environment = |name: &str| (name == "API_TOKEN").then(|| "a token".into());
//! assert_eq!(check(&needs, &environment)?.found.len(), 2);
//! # Ok::<(), preflight::Error>(())
//! ```
//!
//! Left out on purpose: reading the environment, listing tracked files, mending anything.

mod check;
mod database;
mod error;
mod failure;
mod requirement;
mod right;
mod secret_kind;
mod secrets;

pub use check::{Passed, check};
pub use database::{DatabaseNeeds, Fit, check_database, check_no_pooler};
pub use error::Error;
pub use failure::Failure;
pub use requirement::Requirement;
pub use right::Right;
pub use secret_kind::SecretKind;
pub use secrets::check_tracked_files;
