//! Flags of the commands that work on a real database.

use std::path::PathBuf;

use clap::Args;

use crate::config::Sessions;

/// Which database, and which migrations.
#[derive(Debug, Clone, Default, Args)]
pub struct Database {
    /// The database to work on [env: DATABASE_URL]
    // Not read by clap: its message about a wrong value would repeat the password.
    #[arg(long, value_name = "URL")]
    pub(crate) database_url: Option<String>,
    /// One folder instead of the configured components
    #[arg(long, value_name = "DIR")]
    pub(crate) migrations: Option<PathBuf>,
    /// The folder's format
    #[arg(long, value_name = "FORMAT", default_value = "auto")]
    pub(crate) format: String,
    /// Whether migrations that run one after the other share a session [default: isolated]
    #[arg(long, value_enum, value_name = "HOW")]
    pub(crate) sessions: Option<Sessions>,
    /// One component and those it comes after [env: MIGRATION_COMPONENT]
    // No flag is read from a variable by clap: it knows nothing of the file of `--env`.
    #[arg(long, value_name = "NAME")]
    pub(crate) component: Option<String>,
    /// The environment that the database serves; a protected one never gets development migrations and seeds, and one that is not
    /// named counts as protected [env: APP_ENV]
    #[arg(long, value_name = "NAME")]
    pub(crate) environment: Option<String>,
}

/// Flags of the commands that change a schema.
#[derive(Debug, Clone, Default, Args)]
#[command(after_help = "Example:\n  db-fresh migrate --database-url postgres://app@localhost/app --yes")]
pub struct Apply {
    #[command(flatten)]
    pub(crate) database: Database,
    /// Say what would happen and write nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Run migrations that arrive after a higher one ran; the ledger says so
    #[arg(long)]
    pub(crate) allow_late: bool,
    /// Do not ask first (also by MIGRATION_ASSUME_YES=true); where nobody can be asked nothing is
    #[arg(long, short)]
    pub(crate) yes: bool,
}
