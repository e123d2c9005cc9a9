//! Flags of `db-fresh`.

use std::{ffi::OsString, path::PathBuf};

use clap::{Args, ValueEnum};

use crate::config::Sessions;

const EXAMPLE: &str = "\
Example:
  db-fresh --on local -- psql -c 'SELECT count(*) FROM schema_migrations'

The command after -- gets DATABASE_URL, and its exit code becomes this one's.";

/// `db-fresh`
#[derive(Debug, Clone, PartialEq, Eq, Args)]
#[command(after_help = EXAMPLE)]
pub struct Prove {
    /// Where Postgres comes from; `auto` takes the first that works, and a server only by --database-url
    #[arg(long, value_enum, default_value = "auto", value_name = "WHERE")]
    pub(crate) on: On,
    /// Make a scratch database on this server and drop it afterwards; the database it names is not touched
    // Not read from DATABASE_URL, ever: a variable that happens to be set must not choose the server.
    #[arg(long, value_name = "URL")]
    pub(crate) database_url: Option<String>,
    /// One folder instead of the configured components
    #[arg(long, value_name = "DIR", conflicts_with = "component")]
    pub(crate) migrations: Option<PathBuf>,
    /// The folder's format: auto, native, sqlx, golang-migrate, goose, dbmate, flyway, refinery, diesel,
    /// prisma, supabase, tern, sql-migrate or node-pg-migrate
    #[arg(long, value_name = "FORMAT", default_value = "auto")]
    pub(crate) format: String,
    /// Whether migrations that run one after the other share a session; without it they do not, and where their tool would
    /// keep what a file leaves in it, both ways are compared
    #[arg(long, value_enum, value_name = "HOW")]
    pub(crate) sessions: Option<Sessions>,
    /// SQL to run in the new database before the first migration: roles, extensions, settings
    #[arg(long, value_name = "FILE")]
    pub(crate) prelude: Option<PathBuf>,
    /// One component and those it comes after
    #[arg(long, value_name = "NAME")]
    pub(crate) component: Option<String>,
    /// Prove that migrations which come late do no harm: run all others first and these last, and compare the schemas;
    /// without names, those that the main branch does not have and that come before one that it has
    #[arg(long, value_name = "FILE", num_args = 0..)]
    pub(crate) prove_late: Option<Vec<String>>,
    /// The revision that --prove-late compares with [default: the first of origin/HEAD, origin/main, origin/master,
    /// main, master]
    #[arg(long, value_name = "REVISION", requires = "prove_late")]
    pub(crate) base: Option<String>,
    /// Make everything anew: no data directory of an earlier run, as where CI=true
    #[arg(long)]
    pub(crate) no_cache: bool,
    /// Keep the database and say how to connect
    #[arg(long, value_enum, value_name = "WHEN", num_args = 0..=1, require_equals = true)]
    #[arg(default_missing_value = "always", default_value = "on-failure")]
    pub(crate) keep: Keep,
    /// One JSON document on stdout, and nothing else there
    #[arg(long, conflicts_with = "command")]
    pub(crate) json: bool,
    /// Run this against the fresh database
    #[arg(last = true, value_name = "COMMAND")]
    pub(crate) command: Vec<OsString>,
}

/// Where Postgres comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum On {
    /// The first of local, docker and embedded that works
    Auto,
    /// The server of --database-url
    Server,
    /// A private server from binaries on this machine
    Local,
    /// A container
    Docker,
    /// Binaries that are fetched once
    Embedded,
}

impl On {
    /// The word of the flag.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Server => "server",
            Self::Local => "local",
            Self::Docker => "docker",
            Self::Embedded => "embedded",
        }
    }
}

/// When the database outlives the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Keep {
    /// However the run ends
    Always,
    /// When a step failed, to look at it; never where CI=true
    OnFailure,
    /// Not even then
    Never,
}
