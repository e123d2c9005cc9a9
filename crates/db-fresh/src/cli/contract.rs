//! Flags of `contract diff`, `contract docs` and `drift`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{Database, On, Prove};

/// `contract accept`
#[derive(Debug, Clone, Args)]
pub struct Accept {
    #[command(flatten)]
    pub(crate) run: Prove,
    /// Record nothing yet: write what changed beside the contract, for `cargo insta review`
    #[arg(long)]
    pub(crate) review: bool,
}

/// Where a schema is built anew, to compare with.
#[derive(Debug, Clone, Args)]
pub struct Scratch {
    /// Where Postgres comes from for what is built anew
    #[arg(long, value_enum, default_value = "auto", value_name = "WHERE")]
    pub(crate) on: On,
    /// Make scratch databases on this server and drop them afterwards; the database it names is not touched
    #[arg(long, value_name = "URL")]
    pub(crate) scratch_url: Option<String>,
    /// SQL to run in a new database before the first migration: roles, extensions, settings
    #[arg(long, value_name = "FILE")]
    pub(crate) prelude: Option<PathBuf>,
}

const DIFF: &str = "\
A side is the URL of a database, `rev:` and a git revision, a contract file, a folder with a db-fresh.toml, or a folder
of migrations. Migrations are replayed on a throw-away server; a database is only read.

Examples:
  db-fresh contract diff rev:main .
  db-fresh contract diff migrations/app.contract.snap postgres://app@localhost/app";

/// `contract diff`
#[derive(Debug, Clone, Args)]
#[command(after_help = DIFF)]
pub struct Diff {
    /// What was, or should be
    pub(crate) before: String,
    /// What is
    pub(crate) after: String,
    #[command(flatten)]
    pub(crate) scratch: Scratch,
    /// One JSON document on stdout
    #[arg(long)]
    pub(crate) json: bool,
}

/// `contract docs`
#[derive(Debug, Clone, Args)]
#[command(after_help = "Example:\n  db-fresh contract docs --out target/schema")]
pub struct Docs {
    /// The folder that schema.svg, schema.mmd and dictionary.md go to
    #[arg(long, value_name = "DIR", default_value = "target/schema")]
    pub(crate) out: PathBuf,
}

const DRIFT: &str = "\
Differences that are known and meant are named in db-fresh.toml, each with its reason:
  [[ignore]]
  pattern = \"table public.users / index tmp_* / *\"
  reason = \"built by hand for the import of November, goes with it\"

Example:
  db-fresh drift --database-url postgres://app@localhost/app --against replay";

/// `drift`
#[derive(Debug, Clone, Args)]
#[command(after_help = DRIFT)]
pub struct Drift {
    #[command(flatten)]
    pub(crate) database: Database,
    /// What the database is held against [default: contract; replay with --migrations]
    #[arg(long, value_enum, value_name = "WHAT")]
    pub(crate) against: Option<Against>,
    #[command(flatten)]
    pub(crate) scratch: Scratch,
    /// One JSON document on stdout
    #[arg(long)]
    pub(crate) json: bool,
}

/// What a live database is held against.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Against {
    /// The recorded contracts, for what they cover
    Contract,
    /// All migrations, replayed on a throw-away server
    Replay,
}
