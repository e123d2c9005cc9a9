//! Flags of the commands that bring a service's database up: `wait`, `provision`, `redis-health`.

use clap::{
    Args,
    builder::{PossibleValuesParser, TypedValueParser},
};
use readiness::Level;

use super::{AllowProtected, Apply, Database};

/// `provision`
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  DATABASE_URL=postgres://app@localhost/app db-fresh provision --skip-seed"
)]
pub struct Provision {
    #[command(flatten)]
    pub(crate) database: Database,
    /// Leave the seeds out (also by SKIP_SEED=true); a protected environment never gets development data
    #[arg(long)]
    pub(crate) skip_seed: bool,
    /// Fail with exit code 6 when seeding fails; without it, that is a warning
    #[arg(long, conflicts_with = "skip_seed")]
    pub(crate) require_seed: bool,
    /// Wait, check and say what would happen; write nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Seconds to wait for the server [default: DB_TIMEOUT milliseconds, or 300 s]
    #[arg(long, value_name = "SECONDS")]
    pub(crate) timeout: Option<u64>,
}

/// `wait`
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  db-fresh wait --database-url postgres://app@localhost/app --level schema --timeout 30"
)]
pub struct Wait {
    #[command(flatten)]
    pub(crate) database: Database,
    /// How ready: each level is more than the one before
    #[arg(long, value_name = "LEVEL", default_value = Level::Writable.name(), value_parser = levels())]
    pub(crate) level: Level,
    /// Look once and say how things are
    #[arg(long, conflicts_with_all = ["timeout", "local"])]
    pub(crate) once: bool,
    /// Look every two milliseconds: the server was just started on this machine
    #[arg(long)]
    pub(crate) local: bool,
    /// Seconds to wait over all [default: DB_TIMEOUT milliseconds, or 300 s]
    #[arg(long, value_name = "SECONDS")]
    pub(crate) timeout: Option<u64>,
}

fn levels() -> impl TypedValueParser<Value = Level> {
    let names = PossibleValuesParser::new(Level::ALL.map(Level::name));
    names.map(|name| name.parse().expect("the possible values are the names of levels"))
}

/// `redis-health`
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  REDIS_URL=redis://localhost REDIS_PREFIX=stg: db-fresh redis-health --json"
)]
pub struct RedisHealth {
    /// The server [env: REDIS_URL]
    // Not read by clap: its message about a wrong value would repeat the password.
    #[arg(long, value_name = "URL")]
    pub(crate) redis_url: Option<String>,
    /// The environment's own part of the keys, such as `stg:` [env: REDIS_PREFIX]
    #[arg(long, value_name = "PREFIX")]
    pub(crate) prefix: Option<String>,
    /// Fail with exit code 2 unless it is healthy; without it, that is a warning
    #[arg(long)]
    pub(crate) require: bool,
    /// Seconds to wait for its answers
    #[arg(long, value_name = "SECONDS", default_value = "5")]
    pub(crate) timeout: u64,
    /// One JSON document on stdout
    #[arg(long)]
    pub(crate) json: bool,
    /// Delete the keys of the prefix; the words are `CLEAR` and the prefix: --clear 'CLEAR stg:'
    #[arg(long, value_name = "WORDS")]
    pub(crate) clear: Option<String>,
    /// The environment that the keys belong to; in a protected one, and in one that is not named, clearing needs a reason
    /// [env: APP_ENV]
    #[arg(long, value_name = "NAME")]
    pub(crate) environment: Option<String>,
    #[command(flatten)]
    pub(crate) protected: AllowProtected,
}

/// `smoke`
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  db-fresh smoke --database-url postgres://app@staging/app --version 0034 --component billing --yes"
)]
pub struct Smoke {
    #[command(flatten)]
    pub(crate) apply: Apply,
    /// Undo everything after this version and apply it again; the data of what is undone is lost
    #[arg(long, value_name = "VERSION")]
    pub(crate) version: Option<String>,
    #[command(flatten)]
    pub(crate) protected: AllowProtected,
}
