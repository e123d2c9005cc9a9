//! What `db-fresh.toml` says, with a default for every value.

use std::path::{Path, PathBuf};

use diagnostic::SizeLimit;
use schema_contract::{drift::Ignore, guard::VersionTable};
use serde::Deserialize;

use super::{environments::Environment, sessions::Sessions};

/// The whole configuration.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    /// Where paths start from: the folder of the file, or of the workspace where there is no file.
    #[serde(skip)]
    pub(crate) root: PathBuf,
    /// The most bytes that are read of one migration, seed or prelude.
    #[serde(default)]
    pub(crate) max_file_size: SizeLimit,
    #[serde(default)]
    pub(crate) ledger: Ledger,
    /// Where the database says which version its schema has; `guard` needs it.
    pub(crate) guard: Option<Guard>,
    #[serde(default)]
    pub(crate) preflight: Preflight,
    #[serde(default, rename = "component")]
    pub(crate) components: Vec<Component>,
    /// The environment of a database of which nothing else says which it serves.
    pub(crate) default_environment: Option<String>,
    #[serde(default, rename = "environment")]
    pub(crate) environments: Vec<Environment>,
    #[serde(default, rename = "consumer")]
    pub(crate) consumers: Vec<Consumer>,
    /// Differences of live databases that are known and meant.
    #[serde(default, rename = "ignore")]
    pub(crate) ignores: Vec<Ignore>,
}

/// Where the ledger lies.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Ledger {
    pub(crate) schema: String,
    pub(crate) table: String,
}

impl Default for Ledger {
    fn default() -> Self {
        Self {
            schema: "public".into(),
            table: "schema_migrations".into(),
        }
    }
}

/// The row in which the database says which version its schema has.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Guard {
    /// Its schema; without it, the search path decides.
    schema: Option<String>,
    table: String,
    /// The key of the row.
    pub(crate) key: String,
    key_column: String,
    /// The column with a JSON object: `version`, `migration`, `timestamp`.
    value_column: String,
    /// The column with the environment that a row is for, where there is one.
    environment_column: Option<String>,
}

impl Guard {
    /// The table, as the guard takes it.
    pub(crate) fn table(&self) -> VersionTable {
        VersionTable {
            schema: self.schema.clone(),
            name: self.table.clone(),
            key_column: self.key_column.clone(),
            value_column: self.value_column.clone(),
            environment_column: self.environment_column.clone(),
        }
    }
}

/// What must be there before anything is touched, beside what the commands need anyway.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Preflight {
    /// Variables that must be set; `A|B` means that one of them is enough.
    pub(crate) variables: Vec<String>,
    /// Programs that must be found on the `PATH`.
    pub(crate) programs: Vec<String>,
    /// Folders that must exist.
    pub(crate) folders: Vec<PathBuf>,
}

/// A set of migrations with what belongs to it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Component {
    pub(crate) name: String,
    migrations: Option<PathBuf>,
    /// Whether its files share a session.
    pub(crate) sessions: Option<Sessions>,
    seeds: Option<PathBuf>,
    contract: Option<PathBuf>,
    /// The schemas whose objects its contract covers; without it, all that no other component names.
    #[serde(default)]
    pub(crate) schemas: Vec<String>,
    /// The components that must be migrated and seeded before it.
    #[serde(default)]
    pub(crate) after: Vec<String>,
}

impl Component {
    /// The component of a project without a configuration: `migrations/`, `seeds/`.
    fn only() -> Self {
        Self {
            migrations: Some("migrations".into()),
            seeds: Some("seeds".into()),
            ..Self::new("main", &[], &[])
        }
    }

    pub(crate) fn new(name: &str, schemas: &[&str], after: &[&str]) -> Self {
        let owned = |names: &[&str]| names.iter().map(ToString::to_string).collect();
        let name = name.to_owned();
        Self {
            name,
            migrations: None,
            sessions: None,
            seeds: None,
            contract: None,
            schemas: owned(schemas),
            after: owned(after),
        }
    }

    /// The folder of its migrations, relative to the root.
    pub(crate) fn migrations(&self) -> PathBuf {
        self.migrations
            .clone()
            .unwrap_or_else(|| Path::new("migrations").join(&self.name))
    }

    /// The folder of its seeds, relative to the root.
    pub(crate) fn seeds(&self) -> PathBuf {
        self.seeds
            .clone()
            .unwrap_or_else(|| Path::new("seeds").join(&self.name))
    }

    /// Its contract, relative to the root.
    pub(crate) fn contract(&self) -> PathBuf {
        let default = || Path::new("migrations").join(format!("{}.contract.snap", self.name));
        self.contract.clone().unwrap_or_else(default)
    }
}

/// Somebody who depends on the schema.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Consumer {
    pub(crate) name: String,
    /// Another checkout that its paths start from; without it, this one.
    pub(crate) checkout: Option<PathBuf>,
    /// A git revision to read its files from: that of the application that still runs.
    pub(crate) revision: Option<String>,
    /// A folder of `.sql` files, or a `.sqlx` folder.
    pub(crate) queries: Option<PathBuf>,
    /// A file of expectations.
    pub(crate) expectations: Option<PathBuf>,
    /// The role it connects as; its queries are checked with that role's rights and settings.
    pub(crate) role: Option<String>,
    /// The `search_path` that it sets when it connects; without it, that of its role.
    pub(crate) search_path: Option<String>,
    /// Whether its queries are also run, each in a transaction that is rolled back.
    #[serde(default)]
    pub(crate) run: bool,
}

impl Config {
    /// Fills in what the file leaves out: one component.
    pub(crate) fn with_defaults(mut self, root: PathBuf) -> Self {
        if self.components.is_empty() {
            self.components = vec![Component::only()];
        }
        self.root = root;
        self
    }
}
