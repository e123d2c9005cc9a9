//! The places a server comes from, one room each. Every one of them gives a [`Started`] server, or
//! [`crate::Error::Unavailable`] where it cannot work on this machine.

#[cfg(feature = "docker")]
pub(crate) mod docker;
pub(crate) mod embedded;
pub(crate) mod existing_server;
pub(crate) mod local;
mod staging;
mod started;

pub use local::Certificate;
pub(crate) use started::Started;
