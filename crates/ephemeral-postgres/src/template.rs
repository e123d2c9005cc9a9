//! Databases that are built once and copied for every test.
//!
//! A template's name is the hash of everything that is in it, so that a changed migration makes another one and an unchanged set is
//! never built twice. What it was built from stands in its comment, which a clone does not inherit: a test sees the schema that its
//! migrations made, and nothing else.

mod build;
mod key;
mod pool;
mod strategy;

pub use build::Unfinished;
pub use key::TemplateKey;

use std::sync::Arc;

use crate::{Database, Error, TestDatabase, admin::Admin, test_database::Keep};
use pool::Pool;
use strategy::Strategy;

/// A sealed template, from which databases are cloned.
#[derive(Debug, Clone)]
pub struct Template {
    name: String,
    admin: Admin,
    pool: Arc<Pool>,
    keep: Keep,
}

impl Template {
    /// Sees to it that the template is there.
    pub(crate) async fn ensure<F, E>(
        admin: &Admin,
        key: &TemplateKey,
        version: &str,
        pool_size: usize,
        keep: Keep,
        fill: impl FnOnce(Unfinished) -> F,
    ) -> Result<Self, Error>
    where
        F: Future<Output = Result<(), E>>,
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let strategy = Strategy::choose(admin).await?;
        let name = build::ensure(admin, key, version, strategy, fill).await?;
        let pool = Pool::new(admin, &name, strategy, pool_size);
        pool.refill();
        Ok(Self {
            name,
            admin: admin.clone(),
            pool,
            keep,
        })
    }

    /// The template's own name on the server.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How many clones are ready to be taken.
    pub fn ready(&self) -> usize {
        self.pool.ready()
    }

    /// A database like the template, for one test.
    ///
    /// # Errors
    /// [`Error::Sql`].
    pub async fn database(&self) -> Result<TestDatabase, Error> {
        let database = Database::new(self.pool.take().await?, &self.admin.options);
        Ok(TestDatabase::new(database, &self.admin, &self.keep))
    }
}
