//! The components of a run, read and checked: their migrations, their seeds, where their contracts lie.
//!
//! Everything here is known without a database, so that it can be refused before one is touched.

use std::path::{Path, PathBuf};

use diagnostic::Place;
use migration_core::{FolderConfig, FolderOrigin, Format, LedgerTable, Migrations};
use schema_contract::{DatabaseWide, Scope};
use seeding::{SeedFile, Seeds};

use super::{folders::Folders, order, problem::ProjectProblem, requirements, sessions};
use crate::{
    cli::UsageProblem,
    config::{Component, Config, Sessions, Variables},
    error::Error,
    schema::leave_out,
};

/// The schema that the ledger of a replayed folder lives in. RealDatabase folders create, alter and forbid tables of the name that
/// the ledger has by default.
pub(crate) const REPLAY_SCHEMA: &str = "db_fresh";

/// Which migrations a command is about.
#[derive(Debug, Clone)]
pub(crate) struct Selection {
    /// One folder instead of the configured components.
    pub(crate) folder: Option<PathBuf>,
    /// The format's name, or `auto`.
    pub(crate) format: String,
    /// One component and those it comes after.
    pub(crate) component: Option<String>,
    /// Whether their files share a session, where a flag says so.
    pub(crate) sessions: Option<Sessions>,
}

impl Default for Selection {
    fn default() -> Self {
        Self {
            folder: None,
            format: "auto".into(),
            component: None,
            sessions: None,
        }
    }
}

/// What a command works with.
#[derive(Debug)]
pub(crate) struct Project {
    pub(crate) root: PathBuf,
    /// In the order in which they are migrated; the same length and order as `parts`.
    pub(crate) migrations: Vec<Migrations>,
    pub(crate) parts: Vec<Part>,
    pub(crate) ledger: LedgerTable,
    /// Whether files share a session, where a flag or the configuration says so.
    pub(crate) sessions: Option<Sessions>,
    /// Whether this is somebody's folder rather than the configured components.
    pub(crate) origin: Origin,
    /// Whether components were left out.
    pub(crate) extent: Extent,
}

/// Where the migrations of a run come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    /// The components of the configuration, with seeds and contracts.
    Components,
    /// A folder named by a flag, which has neither.
    Folder,
}

/// How much of the configuration a run is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extent {
    /// Every component.
    Whole,
    /// The ones that were asked for, with those they need.
    Part,
}

/// What belongs to a component beside its migrations.
#[derive(Debug)]
pub(crate) struct Part {
    pub(crate) name: String,
    pub(crate) seeds: Option<Seeds>,
    /// As a person would type it.
    pub(crate) contract: PathBuf,
    /// What the contract covers.
    pub(crate) scope: Scope,
}

impl Project {
    /// Reads what is selected. Missing folders are preflight's to report (exit code 4), unfit ones migration's (3) or
    /// seeding's (6).
    pub(crate) fn load(config: &Config, selection: &Selection, variables: &Variables) -> Result<Self, Error> {
        let format = format(&selection.format)?;
        if let Some(folder) = &selection.folder {
            return Self::of_folder(folder, format, selection.sessions, config, variables);
        }
        let only = variables.component(selection.component.as_deref())?;
        let components = order::ordered(&config.components, only.as_deref())?;
        let sessions = sessions::of(&components, selection.sessions)?;
        let extent = if components.len() == config.components.len() {
            Extent::Whole
        } else {
            Extent::Part
        };
        let folders = Folders {
            root: config.root.clone(),
            migrations: variables.os("MIGRATIONS_ROOT"),
        };
        requirements::check(config, &components, &folders, variables)?;

        let ledger = LedgerTable {
            schema: config.ledger.schema.clone(),
            table: config.ledger.table.clone(),
        };
        let mut problems: Vec<_> = ledger
            .check_names()
            .map_err(Error::from)
            .err()
            .into_iter()
            .collect();
        let (mut migrations, mut parts) = (Vec::new(), Vec::new());
        let read = folder_config(config, variables);
        for component in components {
            match Migrations::from_dir(&component.name, &folders.migrations(component), format, &read) {
                Ok(set) => migrations.push(set),
                Err(failure) => problems.push(failure.into()),
            }
            match read_seeds(component, &folders, config) {
                Ok(seeds) => parts.push(part(config, component, seeds, &folders, &ledger)),
                Err(failure) => problems.push(failure),
            }
        }
        Error::all(problems)?;
        Ok(Self {
            root: config.root.clone(),
            migrations,
            parts,
            ledger,
            sessions,
            origin: Origin::Components,
            extent,
        })
    }

    fn of_folder(
        folder: &Path,
        format: Option<Format>,
        sessions: Option<Sessions>,
        config: &Config,
        variables: &Variables,
    ) -> Result<Self, Error> {
        requirements::check_folder(folder, variables)?;
        let read = FolderConfig {
            origin: FolderOrigin::Foreign,
            ..folder_config(config, variables)
        };
        let name = "main";
        let ledger = LedgerTable {
            schema: REPLAY_SCHEMA.into(),
            table: "schema_migrations".into(),
        };
        let migrations = vec![Migrations::from_dir(name, folder, format, &read)?];
        let scope = without_ledgers(&migrations);
        Ok(Self {
            root: PathBuf::from("."),
            migrations,
            parts: vec![Part {
                name: name.into(),
                seeds: None,
                contract: PathBuf::new(),
                scope,
            }],
            ledger,
            sessions,
            origin: Origin::Folder,
            extent: Extent::Whole,
        })
    }

    /// A path of the configuration as a person would type it from here.
    pub(crate) fn at(&self, path: &Path) -> PathBuf {
        Folders {
            root: self.root.clone(),
            migrations: None,
        }
        .at(path)
    }

    /// The whole schema: what every component owns, and what none of them claims; the ledger left out.
    pub(crate) fn whole(&self) -> Scope {
        match self.origin {
            Origin::Components => without_ledger(Scope::default(), &self.ledger),
            Origin::Folder => without_ledgers(&self.migrations),
        }
    }
}

fn format(name: &str) -> Result<Option<Format>, Error> {
    if name == "auto" {
        return Ok(None);
    }
    let name = name.to_owned();
    let format = name.parse().map(Some);
    format.map_err(|_| UsageProblem::UnknownFormat { name }.into())
}

fn folder_config(config: &Config, variables: &Variables) -> FolderConfig {
    FolderConfig {
        variables: variables.given(),
        environment: variables.environment(),
        size_limit: config.max_file_size,
        ..FolderConfig::default()
    }
}

/// A component without a folder of seeds has none; that it is missing where one is named is preflight's to say.
fn read_seeds(component: &Component, folders: &Folders, config: &Config) -> Result<Option<Seeds>, Error> {
    let folder = folders.seeds(component);
    if !folder.is_dir() {
        return Ok(None);
    }
    let read = seeding::FolderConfig {
        size_limit: config.max_file_size,
    };
    let seeds = Seeds::from_dir(&component.name, &folder, &read)?;
    Error::all(client_copies(&seeds))?;
    Ok(Some(seeds))
}

/// Statements that would end the connection, since the client is not psql.
fn client_copies(seeds: &Seeds) -> Vec<ProjectProblem> {
    let texts = seeds.files().iter().filter_map(SeedFile::sql);
    let copies = texts.flat_map(|(path, text)| {
        let found = migration_core::client_copies(text).into_iter();
        found.map(move |(at, statement)| ProjectProblem::ClientCopy {
            statement,
            place: Box::new(Place::at_byte_without(
                path,
                text,
                at,
                &db_fresh_sql_lexer::blanks(text, at),
            )),
        })
    });
    copies.collect()
}

fn part(
    config: &Config,
    component: &Component,
    seeds: Option<Seeds>,
    folders: &Folders,
    ledger: &LedgerTable,
) -> Part {
    let others = config
        .components
        .iter()
        .filter(|other| other.name != component.name);
    let claimed = others.flat_map(|other| other.schemas.iter().cloned()).collect();
    let scope = if component.schemas.is_empty() {
        Scope {
            exclude: claimed,
            ..Scope::default()
        }
    } else {
        Scope {
            include: Some(component.schemas.clone()),
            ..Scope::default()
        }
    };
    // What belongs to no schema, such as extensions, is in one contract: that of the first component.
    let is_first = config
        .components
        .first()
        .is_some_and(|first| first.name == component.name);
    let database_wide = if is_first {
        DatabaseWide::Include
    } else {
        DatabaseWide::Leave
    };
    let scope = Scope {
        database_wide,
        ..scope
    };
    Part {
        name: component.name.clone(),
        seeds,
        contract: folders.at(&component.contract()),
        scope: without_ledger(scope, ledger),
    }
}

/// Everything that a replayed folder makes; our ledger left out, and that of the folder's own tool where the folder speaks of it.
fn without_ledgers(migrations: &[Migrations]) -> Scope {
    let mut scope = Scope {
        exclude: vec![REPLAY_SCHEMA.into()],
        ..Scope::default()
    };
    for ledger in migrations.iter().filter_map(Migrations::ledger_spoken_of) {
        leave_out(&mut scope, ledger);
    }
    scope
}

fn without_ledger(scope: Scope, ledger: &LedgerTable) -> Scope {
    let tables = ledger.tables().map(|table| (ledger.schema.clone(), table));
    Scope {
        exclude_tables: tables.to_vec(),
        ..scope
    }
}
