//! What needs a server: seeds are applied, run again, and broken in every way that must be noticed.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the report")]

mod concurrency;
mod errors;
mod idempotence;
mod reference;
mod rows;
mod support;
