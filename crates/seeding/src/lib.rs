//! Idempotent, deterministic, pseudonymised data for development and test databases.
//!
//! A folder of seeds is read and checked as a whole ([`Seeds::from_dir`]), then applied file by file, each in one
//! transaction ([`apply`]). [`verify_unchanged`] runs everything once more and takes it back: a seed that would
//! change anything the second time is an error that names the file, the table and the columns.
//!
//! Three kinds of files, told apart by their ending and run in the order of their numbers:
//!
//! - `NN_name.toml`: rows by table. Idempotent by construction: rows go to a staging table and are merged where
//!   they differ. Values may be made from names: `{ uuid = "user/ada" }`, `{ email_hash = ["ada", "example.org"] }`.
//! - `NN_table.csv`: many rows of one table, loaded by `COPY` and merged the same way.
//! - `NN_name.sql`: anything else. Hashes of addresses come as settings, so that the file stays plain SQL.
//!
//! ```no_run
//! use seeding::{Config, FolderConfig, Seeds, apply, verify_unchanged};
//!
//! # async fn example(conn: &mut sqlx::PgConnection, key: secrecy::SecretString) -> Result<(), seeding::Error> {
//! let seeds = Seeds::from_dir("app", "seeds".as_ref(), &FolderConfig::default())?;
//! let config = Config { email_hash_key: Some(key), ..Config::default() };
//! let report = apply(conn, &seeds, &config, &mut |_| ()).await?;
//! assert!(report.totals().inserted > 0);
//! verify_unchanged(conn, &seeds, &config, &mut |_| ()).await?;
//! # Ok(()) }
//! ```
//!
//! Left out on purpose: connecting, reading keys from the environment, printing, random data, and deleting rows
//! that a seed no longer mentions.

mod config;
mod error;
mod folder;
mod load;
mod report;
mod run;
mod values;

pub use config::{Config, Protection, SplitStatements};
pub use diagnostic::Values;
pub use error::{Error, Repeat};
pub use folder::{FolderConfig, Problem, SeedFile, Seeds};
pub use report::{FileReport, Outcome, Progress, Report, TableReport, Totals};
pub use run::{SqlFailure, apply, verify_unchanged};
pub use values::{email_hash, seed_uuid};
