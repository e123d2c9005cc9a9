//! What a Postgres server says, without the values of rows.

mod context;
mod detail;
#[cfg(feature = "postgres")]
mod driver;
mod message;
mod quoted;
mod report;

#[cfg(feature = "postgres")]
pub use driver::{driver_text, server_report};
pub use report::{HIDDEN, RawReport, ServerReport, Values};
