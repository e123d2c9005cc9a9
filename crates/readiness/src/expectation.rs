//! What a caller expects in the database: the meaning of the levels schema and seeded.
//!
//! This crate knows no ledger, contract or seed; whoever calls it looks, and says what was found.

use std::{fmt, future::Future, pin::Pin, sync::Arc};

use diagnostic::Diagnostic;
use sqlx::PgConnection;

use crate::Level;

/// What a look into the database found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// It is as expected.
    Met,
    /// It is not yet; another process may still be at it.
    NotYet(Reason),
    /// Waiting does not help.
    Unfit(Reason),
}

/// Why an expectation is not met.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// What was seen, on one line: `12 of 34 migrations`.
    pub text: String,
    /// The problems behind it, each with its code, place, facts and hints; empty where the text says everything.
    pub problems: Vec<Diagnostic>,
}

impl Reason {
    /// A reason that is made of problems. Its text is their sentences.
    pub fn of(problems: Vec<Diagnostic>) -> Self {
        let sentences: Vec<_> = problems.iter().map(|problem| problem.what.as_str()).collect();
        Self {
            text: sentences.join("; "),
            problems,
        }
    }
}

impl From<String> for Reason {
    fn from(text: String) -> Self {
        Self {
            text,
            problems: Vec::new(),
        }
    }
}

impl From<&str> for Reason {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

/// The answer of a look, once it is there.
pub type Look<'c> = Pin<Box<dyn Future<Output = Result<Finding, sqlx::Error>> + Send + 'c>>;

/// Something to look for, and the level that it belongs to.
#[derive(Clone)]
pub struct Expectation {
    level: Level,
    name: String,
    look: Arc<dyn for<'c> Fn(&'c mut PgConnection) -> Look<'c> + Send + Sync>,
}

impl Expectation {
    /// Something expected of the schema.
    pub fn of_schema<F>(name: impl Into<String>, look: F) -> Self
    where
        F: for<'c> Fn(&'c mut PgConnection) -> Look<'c> + Send + Sync + 'static,
    {
        Self {
            level: Level::Schema,
            name: name.into(),
            look: Arc::new(look),
        }
    }

    /// Something expected of the data.
    pub fn of_data<F>(name: impl Into<String>, look: F) -> Self
    where
        F: for<'c> Fn(&'c mut PgConnection) -> Look<'c> + Send + Sync + 'static,
    {
        Self {
            level: Level::Seeded,
            name: name.into(),
            look: Arc::new(look),
        }
    }

    /// The level that needs it.
    pub fn level(&self) -> Level {
        self.level
    }

    /// What it is called in messages.
    pub fn name(&self) -> &str {
        &self.name
    }

    pub(crate) async fn look(&self, conn: &mut PgConnection) -> Result<Finding, sqlx::Error> {
        (self.look)(conn).await
    }
}

impl fmt::Debug for Expectation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.name, self.level)
    }
}
