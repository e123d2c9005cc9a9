//! What needs a server: every row of the table of classes, set up on real servers and small fakes.

#![expect(
    clippy::unwrap_used,
    reason = "a helper of a test that fails is the test failing"
)]
#![expect(
    clippy::print_stdout,
    reason = "the table and the figures are for whoever runs this with `--nocapture`"
)]

mod expectations;
mod fake;
#[cfg(feature = "redis")]
mod redis;
mod server;
mod speed;
mod table;
