//! A Postgres server for the length of a run, and a database for each test.
//!
//! Three lines give a test an empty database of its own:
//!
//! ```no_run
//! # async fn test() -> Result<(), ephemeral_postgres::Error> {
//! let server = ephemeral_postgres::TestServer::shared(|name| std::env::var_os(name)).await?;
//! let database = server.database().await?;
//! let mut connection = database.connect().await?;
//! # Ok(()) }
//! ```
//!
//! [`acquire`] is the longer way, for a runner that wants to choose where the server comes from and to say so.
//!
//! Left out on purpose: waiting for a server that somebody else starts (the crate `readiness` does that), and everything
//! inside a database.

/// Whether [`Choice::Docker`] was compiled in: the feature `docker`.
pub const HAS_DOCKER: bool = cfg!(feature = "docker");

mod acquire;
mod admin;
mod answer;
mod background;
mod certificate;
mod claim;
mod config;
mod database;
#[cfg(feature = "docker")]
mod docker;
mod embedded;
mod error;
mod half_made;
mod keeper;
mod local;
mod name;
mod provider;
mod scratch;
mod server;
mod template;
mod test_database;
mod test_server;

pub use acquire::{Choice, acquire};
pub use certificate::Certificate;
pub use config::{Config, Listen, Reuse};
pub use database::Database;
pub use error::{Error, PassedOver};
pub use local::{SETTINGS, Setting};
pub use provider::Provider;
pub use server::{Kept, Server};
pub use template::{Template, TemplateKey, Unfinished};
pub use test_database::{KeptDatabase, TestDatabase};
pub use test_server::TestServer;
