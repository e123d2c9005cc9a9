//! The text form of a snapshot: one fact a line, sorted, a section for each schema, a digest on top.
//!
//! A line reads `table app.users / column email / type = text`. A value of several lines (a function's body)
//! stands on the lines below its key, each behind `  | `, so that a review shows the lines that changed.

mod read;
mod write;

/// What stands before each line of a value of several lines.
const CONTINUED: &str = "  | ";

pub(crate) use read::{BadLine, parse};
pub(crate) use write::{digest, write};
