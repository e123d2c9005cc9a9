//! The schema that a program was built for: what the levels schema and seeded are about, for a service and for `wait` alike.

use migration_core::{Config, Migrations};
use schema_contract::Snapshot;

/// The schema that a program was built for.
#[derive(Debug)]
pub(crate) struct ExpectedSchema {
    /// In the order in which they are migrated.
    pub(crate) migrations: Vec<Migrations>,
    pub(crate) contracts: Vec<Contract>,
    /// How the ledger is read, and what of the migrations may run.
    pub(crate) runner: Config,
}

/// A recorded schema. It needs no scope: the whole database is compared for what it lacks of it, and nothing else that a database
/// has is looked at, be it the ledger or the schema of another component.
#[derive(Debug)]
pub(crate) struct Contract {
    pub(crate) component: String,
    pub(crate) recorded: Snapshot,
    /// Its file, where it is one that can be changed.
    pub(crate) path: Option<String>,
}
