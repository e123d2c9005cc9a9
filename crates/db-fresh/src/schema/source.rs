//! A side of a comparison: what its words mean, and the schema that they stand for.

use std::path::{Path, PathBuf};

use migration_core::{Environment, LedgerTable};
use schema_contract::{DatabaseWide, Scope, Snapshot, contract};

use super::{adopted_ledger::leave_out, problem::SchemaProblem, revision::Revision, scratch::ScratchServer};
use crate::{
    cli,
    config::{self, Config},
    context::Context,
    database::RealDatabase,
    error::Error,
    project::{Project, REPLAY_SCHEMA, Selection},
};

/// A side as it was named.
#[derive(Debug)]
pub(crate) enum Source {
    Database(Box<RealDatabase>),
    Contract(PathBuf),
    /// Migrations to replay.
    Migrations(Box<Project>),
}

impl Source {
    /// Finds out what is meant, and reads what can be read without a server.
    pub(crate) fn of(word: &str, context: &Context<'_>) -> Result<Self, Error> {
        if word.starts_with("postgres://") || word.starts_with("postgresql://") {
            let args = cli::Database {
                database_url: Some(word.to_owned()),
                ..cli::Database::default()
            };
            return RealDatabase::of(&args, context).map(|real| Self::Database(Box::new(real)));
        }
        if let Some(revision) = word.strip_prefix("rev:") {
            return at_revision(revision, context);
        }
        let path = Path::new(word);
        if path.exists() && !path.is_dir() {
            return Ok(Self::Contract(path.to_owned()));
        }
        if path.join(config::FILE).exists() {
            let config = config::load_at(path)?;
            return whole(config, context).map(|project| Self::Migrations(Box::new(project)));
        }
        if path.is_dir() {
            let selection = Selection {
                folder: Some(path.to_owned()),
                ..Selection::default()
            };
            let project = Project::load(&context.config, &selection, &context.variables)?;
            return Ok(Self::Migrations(Box::new(project)));
        }
        let word = word.to_owned();
        Err(SchemaProblem::NoSource { word }.into())
    }

    pub(crate) fn needs_server(&self) -> bool {
        matches!(self, Self::Migrations(_))
    }

    /// The schema.
    pub(crate) async fn read(
        &self,
        server: Option<&ScratchServer>,
        context: &Context<'_>,
    ) -> Result<Snapshot, Error> {
        match (self, server) {
            (Self::Contract(path), _) => Ok(contract::read(path)?),
            (Self::Database(real), _) => {
                let scope = live(real, &context.config).await?;
                let mut connection = real.connect().await?;
                real.snapshot(&mut connection, &scope).await
            }
            (Self::Migrations(project), Some(server)) => server.built(project, &Environment::default()).await,
            (Self::Migrations(_), None) => Ok(Snapshot::default()),
        }
    }

    /// What this side covers, where that is not everything.
    pub(crate) fn covers(&self, read: &Snapshot, context: &Context<'_>) -> Option<Scope> {
        let Self::Contract(path) = self else { return None };
        let project = Project::load(&context.config, &Selection::default(), &context.variables).ok();
        let parts = project.into_iter().flat_map(|project| project.parts);
        let same = |other: &Path| path.canonicalize().ok() == other.canonicalize().ok();
        let configured = parts.into_iter().find(|part| same(&part.contract));
        Some(configured.map_or_else(|| scope_of(read), |part| part.scope))
    }
}

/// The schemas that a contract of unknown origin speaks of.
fn scope_of(read: &Snapshot) -> Scope {
    let mut schemas: Vec<String> = read.objects().map(|object| object.schema.clone()).collect();
    schemas.dedup();
    let has_wide = schemas.iter().any(String::is_empty);
    Scope {
        include: Some(schemas),
        database_wide: if has_wide {
            DatabaseWide::Include
        } else {
            DatabaseWide::Leave
        },
        ..Scope::default()
    }
}

/// Everything in a database but our own ledger, wherever a replay or a real run may have put it, and but the ledgers of tools
/// that it was taken over from.
async fn live(real: &RealDatabase, config: &Config) -> Result<Scope, Error> {
    let ledger = LedgerTable {
        schema: config.ledger.schema.clone(),
        table: config.ledger.table.clone(),
    };
    let of_replays = LedgerTable {
        schema: REPLAY_SCHEMA.into(),
        ..LedgerTable::default()
    };
    let ours = ledger.tables().map(|table| (ledger.schema.clone(), table));
    let mut scope = Scope {
        exclude: vec![REPLAY_SCHEMA.into()],
        exclude_tables: ours.to_vec(),
        ..Scope::default()
    };
    for ledger in [ledger, of_replays] {
        let config = migration_core::Config {
            ledger,
            ..real.config()
        };
        let others = migration_core::adopted_from(&real.options, &config).await?;
        for other in others {
            leave_out(&mut scope, other);
        }
    }
    Ok(scope)
}

/// The project as it was at a revision: with the configuration of then.
fn at_revision(name: &str, context: &Context<'_>) -> Result<Source, Error> {
    if context.variables.os("MIGRATIONS_ROOT").is_some() {
        return Err(SchemaProblem::MigrationsRoot.into());
    }
    let root = context.config.root.as_path();
    let revision = Revision::find(root, name)?;
    let file = format!("{} of {name}", config::FILE);
    let config = match revision.text(Path::new(config::FILE))? {
        Some(text) => config::parse(&file, &text)?,
        None => Config::default(),
    };
    let config = config.with_defaults(PathBuf::new());
    let folders: Vec<PathBuf> = config
        .components
        .iter()
        .map(config::Component::migrations)
        .collect();
    let paths: Vec<&Path> = folders.iter().map(PathBuf::as_path).collect();
    let extracted = revision.extract(&paths)?;
    let config = Config {
        root: extracted.path().to_owned(),
        ..config
    };
    let mut project = whole(config, context)?;
    // The folder goes; what is shown of a file from now on is what `git show` takes.
    let scripts = project.migrations.iter_mut().flat_map(|set| &mut set.items);
    for script in scripts.flat_map(|item| std::iter::once(&mut item.up).chain(&mut item.down)) {
        if let Ok(path) = script.file.strip_prefix(extracted.path()) {
            script.file = PathBuf::from(format!("{name}:{}", path.display()));
        }
    }
    Ok(Source::Migrations(Box::new(project)))
}

/// Every component of a configuration. What it asks of the environment is asked for a real run, not for a comparison.
fn whole(config: Config, context: &Context<'_>) -> Result<Project, Error> {
    let config = Config {
        preflight: config::Preflight::default(),
        ..config
    };
    Project::load(&config, &Selection::default(), &context.variables)
}
