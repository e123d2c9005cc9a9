//! What a run of seeds needs to be told. Reading it from anywhere is the caller's business.

use std::{ops::Range, time::Duration};

use diagnostic::Values;
use secrecy::{ExposeSecret, SecretString};

/// Splits SQL into its statements, as byte ranges of the text.
pub type SplitStatements = fn(&str) -> Vec<Range<usize>>;

/// Whether an environment is protected.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Protection {
    /// Every file runs that is not limited to other environments.
    #[default]
    Open,
    /// Only files run that say `any-environment`, or name this environment.
    Protected,
}

/// What a run of seeds needs to be told.
#[derive(Debug, Clone)]
pub struct Config {
    /// The key of the HMAC that stands in the place of addresses. A blank one counts as none.
    pub email_hash_key: Option<SecretString>,
    /// Where this runs: `dev`, `test`, `staging`, `production`; empty where nobody said it. Files marked for other environments are
    /// skipped.
    pub environment: String,
    /// Whether that environment is protected: it gets no development data.
    pub protection: Protection,
    /// How to split SQL into statements. With it, an error that the server gives no position for is
    /// placed at its statement; without it, at the file.
    pub split_statements: Option<SplitStatements>,
    /// How long to wait while somebody else seeds the same database.
    pub lock_timeout: Duration,
    /// Whether errors show values of rows; never where the environment is protected, which the caller knows.
    pub values: Values,
}

impl Default for Config {
    /// No key, environment `dev`, open, no splitter, 30 seconds.
    fn default() -> Self {
        Self {
            email_hash_key: None,
            environment: "dev".to_owned(),
            protection: Protection::Open,
            split_statements: None,
            lock_timeout: Duration::from_secs(30),
            values: Values::Hidden,
        }
    }
}

impl Config {
    pub(crate) fn key(&self) -> Option<&SecretString> {
        self.email_hash_key
            .as_ref()
            .filter(|key| !key.expose_secret().trim().is_empty())
    }
}
