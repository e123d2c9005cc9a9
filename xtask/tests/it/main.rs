//! The shape of the workspace, and the runner as its contributors meet it.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the report")]

mod architecture;
mod tidy;
