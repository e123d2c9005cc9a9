//! What needs real servers: they start, they are as the settings say, and nothing of them is left.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the report")]

mod blocking;
#[cfg(feature = "docker")]
mod docker;
mod embedded;
mod ending;
mod local;
mod network;
mod processes;
mod providers;
mod scratch;
mod strategy;
mod support;
mod surroundings;
mod test_server;
mod wait;
