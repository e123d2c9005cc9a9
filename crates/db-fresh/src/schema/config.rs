//! How migrations run on a scratch database.

use migration_core::{Config, Environment};

use crate::{database::TOOL, project::Project};

/// How migrations run on a scratch database: development, with nobody else there to wait for.
pub(crate) fn scratch_config(project: &Project) -> Config {
    Config {
        ledger: project.ledger.clone(),
        environment: Environment::default(),
        tool: TOOL.to_owned(),
        actor: "db-fresh".into(),
        ..Config::default()
    }
}
