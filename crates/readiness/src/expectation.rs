//! What a caller expects in the database: the meaning of the levels schema and seeded.
//!
//! This crate knows no ledger, contract or seed; whoever calls it looks, and says what was found.

use std::{fmt, future::Future, pin::Pin, sync::Arc};

use sqlx::PgConnection;

use crate::Level;

/// What a look into the database found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// It is as expected.
    Met,
    /// It is not yet; somebody may still be at it. The text says what was seen: `12 of 34 migrations`.
    NotYet(String),
    /// Waiting will not mend it. The text says what was seen.
    Unfit(String),
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
