//! Seeds in a database: applied, each file in one transaction, or run once more and rolled back.

mod apply;
mod file;
mod locate;
mod lock;
mod measure;
mod place;
mod sql_failure;
mod verify;

pub use apply::apply;
pub use sql_failure::SqlFailure;
pub use verify::verify_unchanged;
