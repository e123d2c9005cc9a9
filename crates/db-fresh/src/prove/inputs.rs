//! What the steps work with once there is a server.

use std::collections::BTreeMap;

use ephemeral_postgres::{Database, Server};
use migration_core::{Config, Sessions};
use schema_contract::expectations::Applied;

use super::reader::Reader;
use crate::{
    project::{Project, consumers::Loaded},
    schema::{Prelude, scratch_config},
};

/// What the steps work with once there is a server and an empty database on it.
#[derive(Clone, Copy)]
pub(super) struct Inputs<'i> {
    pub(super) project: &'i Project,
    pub(super) seeding: &'i seeding::Config,
    pub(super) consumers: &'i [Loaded],
    pub(super) prelude: Option<&'i Prelude>,
    pub(super) server: &'i Server,
    pub(super) database: &'i Database,
    /// What reads its schema.
    pub(super) reader: &'i Reader,
    /// Whether files share a session from here on.
    pub(super) sessions: Sessions,
}

impl Inputs<'_> {
    /// How migrations run here.
    pub(super) fn runner(&self) -> Config {
        Config {
            values: self.seeding.values,
            sessions: self.sessions,
            ..scratch_config(self.project)
        }
    }

    /// The numbers of the migrations, by component: after `migrate` all of them are applied.
    pub(super) fn applied(&self) -> Applied {
        let mut applied = BTreeMap::new();
        for set in &self.project.migrations {
            let numbers = set
                .items
                .iter()
                .filter_map(|item| item.version.to_string().parse().ok());
            applied.insert(set.component.clone(), numbers.collect());
        }
        applied
    }
}
