//! How migrations run on a scratch database.

use migration_core::{Config, Environment, ForeignLedgers};

use crate::{
    database::TOOL,
    project::{Origin, Project},
};

/// How migrations run on a scratch database: development, with nobody else there to wait for.
pub(crate) fn scratch_config(project: &Project) -> Config {
    Config {
        ledger: project.ledger.clone(),
        sessions: project.sessions.map(Into::into).unwrap_or_default(),
        environment: Environment::default(),
        tool: TOOL.to_owned(),
        actor: "db-fresh".into(),
        foreign_ledgers: foreign_ledgers(project),
        ..Config::default()
    }
}

/// What becomes of other tools' ledgers on a scratch database. The tool of a replayed folder makes its own before the first file; a
/// project of one's own has to do without it, as on every real database.
pub(crate) fn foreign_ledgers(project: &Project) -> ForeignLedgers {
    match project.origin {
        Origin::Components => ForeignLedgers::AllowEmpty,
        Origin::Folder => ForeignLedgers::Supply,
    }
}
