//! The command line. What the flags mean is decided where they are used.

mod contract;
mod database;
mod database_url;
mod ledger;
mod problem;
mod protected;
mod prove;
mod service;
mod shown;
mod variables;

use clap::{Args, Parser, Subcommand};

pub use contract::{Accept, Against, Diff, Docs, Drift, Scratch};
pub use database::{Apply, Database};
pub use database_url::UrlProblem;
pub(crate) use database_url::database_url;
pub use ledger::{Adopt, Care, Export, Found, OneFile, Resume};
pub use problem::UsageProblem;
pub use protected::AllowProtected;
pub use prove::Prove;
pub use prove::{Keep, On};
pub use service::{Provision, RedisHealth, Smoke, Wait};
pub(crate) use shown::shown;
pub use variables::Given;

pub use crate::exit::TABLE as EXIT_CODES;
use crate::output::Speech;

const ABOUT: &str = "Proves that the Postgres database of this project can be built from nothing";

/// The command line of the programs: plain it is the proof, with a command that one.
#[derive(Debug, Parser)]
#[command(version, about = ABOUT, after_help = EXIT_CODES, disable_help_subcommand = true)]
#[command(max_term_width = 110)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) prove: Prove,
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    #[command(flatten)]
    pub(crate) common: Common,
}

/// The flags that every command has.
#[derive(Debug, Clone, Args)]
pub struct Common {
    #[command(flatten)]
    pub(crate) speech: Speech,
    #[command(flatten)]
    pub(crate) variables: Given,
}

/// The commands, in the order in which a project meets them.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Build a database from nothing on a private server and prove it
    Prove(Prove),
    /// Bring a real database up: wait, preflight, migrate, seed
    Provision(Provision),
    /// Wait until the database is ready
    Wait(Wait),
    /// Check everything that is needed, and touch nothing
    Preflight(Database),
    /// Apply what is pending
    Migrate(Apply),
    /// Say what `migrate` would do, and write nothing
    Plan(Plan),
    /// Show which migrations are applied, pending, late, missing or edited
    #[command(after_help = "Example:\n  db-fresh status --database-url postgres://app@localhost/app --json")]
    Status(Plan),
    /// Undo migrations by their down scripts, newest first
    Rollback(Rollback),
    /// Go on with a migration that was interrupted between its steps
    Resume(Resume),
    /// Write into the ledger that a migration is applied, without running it
    MarkApplied(OneFile),
    /// Give an interrupted migration up; what its steps did stays
    Abandon(OneFile),
    /// Take over a database that another tool migrated
    Adopt(Adopt),
    /// Write another tool's ledger from ours
    Export(Export),
    /// Make the next migration file, with its down half
    New(New),
    /// Put development data in
    Seed(Database),
    /// Compare the schema with what is recorded, or record it
    Contract(Contract),
    /// Say how a live database differs from what it should be, the worst first
    Drift(Drift),
    /// Refuse unless the database's schema version fits the application's
    Guard(Guard),
    /// Apply, look, roll back to a version, apply again, look again
    Smoke(Smoke),
    /// Look at Redis, which the application can do without; clear one environment's keys
    RedisHealth(RedisHealth),
}

/// `plan` and `status`
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  db-fresh plan --database-url postgres://app@localhost/app --json")]
pub struct Plan {
    #[command(flatten)]
    pub(crate) database: Database,
    /// One JSON document on stdout
    #[arg(long)]
    pub(crate) json: bool,
}

/// `rollback`
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  db-fresh rollback --database-url postgres://app@localhost/app --to 0034")]
pub struct Rollback {
    #[command(flatten)]
    pub(crate) apply: Apply,
    /// How many migrations to undo
    #[arg(long, value_name = "COUNT", default_value = "1", conflicts_with = "to")]
    pub(crate) last: usize,
    /// Undo everything after this version
    #[arg(long, value_name = "VERSION")]
    pub(crate) to: Option<String>,
    #[command(flatten)]
    pub(crate) protected: AllowProtected,
}

/// `new`
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  db-fresh new add_invoices --component billing")]
pub struct New {
    /// What it does, in words joined by `_`
    pub(crate) name: String,
    /// The component it belongs to [default: the first one] [env: MIGRATION_COMPONENT]
    #[arg(long)]
    pub(crate) component: Option<String>,
}

/// `contract`
#[derive(Debug, Args)]
pub struct Contract {
    #[command(subcommand)]
    pub(crate) action: ContractAction,
}

/// What to do with the contracts.
#[derive(Debug, Subcommand)]
pub enum ContractAction {
    /// Compare a fresh database with the recorded contracts
    #[command(after_help = "Example:\n  db-fresh contract check")]
    Check(Prove),
    /// Record the schema of a fresh database as the contract
    #[command(after_help = "Example:\n  db-fresh contract accept && git diff migrations")]
    Accept(Accept),
    /// Say what differs between two databases, folders, git revisions or contracts
    Diff(Diff),
    /// Draw the recorded schema: ER diagrams and a data dictionary
    Docs(Docs),
}

/// `guard`
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  db-fresh guard --database-url postgres://app@localhost/app --app-version 1.3.0"
)]
pub struct Guard {
    #[command(flatten)]
    pub(crate) database: Database,
    /// The schema version that the application was built for [env: APP_SCHEMA_VERSION]
    #[arg(long, value_name = "VERSION")]
    pub(crate) app_version: Option<String>,
}
