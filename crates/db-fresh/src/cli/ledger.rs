//! Flags of the commands that work on the ledger itself: `adopt`, `export`, `resume`, `mark-applied`, `abandon`.

use clap::{Args, ValueEnum};
use migration_core::Tool;

use super::{AllowProtected, Database, Scratch};

/// `adopt`
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  db-fresh adopt --from sqlx --database-url postgres://app@localhost/app --dry-run\n\n\
    The database is compared with a fresh one that the same migrations built, and the other tool's ledger is left alone."
)]
pub struct Adopt {
    #[command(flatten)]
    pub(crate) database: Database,
    /// The tool: sqlx, golang-migrate, goose, dbmate, flyway, refinery, diesel, prisma, supabase, tern,
    /// sql-migrate, node-pg-migrate, encore or array
    #[arg(long, value_name = "TOOL")]
    pub(crate) from: Tool,
    /// Its ledger, where that has not the tool's own name or is there twice
    #[arg(long, value_name = "SCHEMA.TABLE")]
    pub(crate) table: Option<String>,
    #[command(flatten)]
    pub(crate) scratch: Scratch,
    /// Take it over although its schema is not the one that the migrations make; the differences are told all the same
    #[arg(long)]
    pub(crate) allow_differences: bool,
    #[command(flatten)]
    pub(crate) care: Care,
}

/// `export`
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  db-fresh export --to sqlx --database-url postgres://app@localhost/app --yes"
)]
pub struct Export {
    #[command(flatten)]
    pub(crate) database: Database,
    /// The tool: sqlx, golang-migrate, goose, dbmate, flyway, refinery, diesel, prisma, supabase, tern,
    /// sql-migrate or node-pg-migrate
    #[arg(long, value_name = "TOOL")]
    pub(crate) to: Tool,
    /// Its ledger, where that has not the tool's own name
    #[arg(long, value_name = "SCHEMA.TABLE")]
    pub(crate) table: Option<String>,
    #[command(flatten)]
    pub(crate) care: Care,
}

/// `resume`
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  db-fresh resume --database-url postgres://app@localhost/app --dry-run")]
pub struct Resume {
    #[command(flatten)]
    pub(crate) database: Database,
    /// What you found out about the step that was running, where the database does not show it
    #[arg(long, value_enum, value_name = "WHAT")]
    pub(crate) running: Option<Found>,
    #[command(flatten)]
    pub(crate) protected: AllowProtected,
    #[command(flatten)]
    pub(crate) care: Care,
}

/// What became of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Found {
    /// It had its effect: go on behind it
    Done,
    /// It had none: run it again
    Again,
}

/// `mark-applied` and `abandon`
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  db-fresh mark-applied 0010_index_posts.up.sql --database-url postgres://app@localhost/app"
)]
pub struct OneFile {
    /// The migration, as the ledger calls it, or its path
    #[arg(value_name = "FILE")]
    pub(crate) file: String,
    #[command(flatten)]
    pub(crate) database: Database,
    #[command(flatten)]
    pub(crate) care: Care,
}

/// Looking before leaping.
#[derive(Debug, Clone, Default, Args)]
pub struct Care {
    /// Say what would happen and write nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Do not ask first (also by MIGRATION_ASSUME_YES=true); where nobody can be asked nothing is
    #[arg(long, short)]
    pub(crate) yes: bool,
}
