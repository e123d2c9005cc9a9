//! What a Postgres server says, without the values of rows.

mod context;
mod detail;
#[cfg(feature = "postgres")]
mod driver;
mod message;
mod quoted;
mod raw;
mod report;
#[cfg(test)]
mod tests;

#[cfg(feature = "postgres")]
pub use driver::{driver_text, server_report};
pub use raw::{HIDDEN, RawReport, Values};
pub use report::ServerReport;
