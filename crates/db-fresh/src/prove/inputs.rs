//! What the steps work with once there is a server.

use ephemeral_postgres::{Database, Server};

use crate::{
    project::{Project, consumers::Loaded},
    schema::Prelude,
};

/// What the steps work with once there is a server and an empty database on it.
pub(super) struct Inputs<'i> {
    pub(super) project: &'i Project,
    pub(super) seeding: &'i seeding::Config,
    pub(super) consumers: &'i [Loaded],
    pub(super) prelude: Option<&'i Prelude>,
    pub(super) server: &'i Server,
    pub(super) database: &'i Database,
}
