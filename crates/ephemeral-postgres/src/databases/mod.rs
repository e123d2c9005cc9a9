//! Databases on a server: who owns them, how they are created, dropped and kept.

mod admin;
mod announce;
mod background;
mod backlog;
mod database;
mod kept;
mod ownership;
mod test_database;

pub(crate) use admin::Admin;
pub(crate) use background::CLONES;
pub(crate) use backlog::until_few_wait_to_be_dropped;
pub use database::Database;
pub(crate) use database::{connect_to_administer, create, create_as, url};
pub use kept::KeptDatabase;
pub(crate) use kept::kept;
pub(crate) use ownership::{Registration, drop_abandoned, register};
pub(crate) use test_database::Keep;
pub use test_database::TestDatabase;
