//! What needs a server: every change is noticed, equal schemas are equal, and the guard against a real table.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod asking;
mod bodies;
mod compiled;
mod complete;
mod consumers;
mod equal;
mod fingerprints;
mod guard;
mod mermaid_parser;
mod mutations;
mod names;
mod reading;
mod reference;
mod restored;
mod row_security;
mod server;
mod statements;
mod surroundings;
mod unchanged;
mod versions;
