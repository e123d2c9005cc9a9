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
//! [`acquire`] is the longer way, for a runner that chooses where the server comes from and reports it.
//!
//! The modules, from the bottom up: `private_server` (what every private server has), `databases` (databases on a server: created,
//! owned, dropped, kept), `providers` (the places a server comes from, one room each), `templates` (databases that are built once
//! and cloned for every test). On top of them are `server`, `acquire` and `test_server`.
//!
//! Out of scope: waiting for a server that somebody else starts (the crate `readiness` does that), and everything inside a database.

mod acquire;
mod config;
mod databases;
mod error;
mod leaving;
mod name;
mod private_server;
mod provider;
mod providers;
mod runtime;
mod server;
mod templates;
mod test_server;
mod usual_places;

pub use acquire::{Choice, HAS_DOCKER, acquire};
pub use config::{Config, Listen, Reuse};
pub use databases::{Database, KeptDatabase, TestDatabase};
pub use error::Error;
pub use leaving::{Left, clean_up, left};
pub use private_server::{Kept, SETTINGS, Setting};
pub use provider::{PassedOver, Provider};
pub use providers::Certificate;
pub use server::Server;
pub use templates::{Template, TemplateKey, Unfinished};
pub use test_server::TestServer;
