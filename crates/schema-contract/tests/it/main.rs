//! What needs a server: every change is noticed, equal schemas are equal, and the guard against a real table.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod bodies;
mod complete;
mod consumers;
mod equal;
mod fingerprints;
mod guard;
mod mutations;
mod names;
mod reading;
mod reference;
mod restored;
mod server;
mod versions;
