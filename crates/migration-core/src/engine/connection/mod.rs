//! The connection that does the work: making it, sending messages over it, retrying, and watching it from a second one.

pub(crate) mod executor;
pub(crate) mod outcome;
pub(crate) mod retry;
pub(crate) mod server;
pub(crate) mod session;
pub(crate) mod tls_relay;
pub(crate) mod watcher;
