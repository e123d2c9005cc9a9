//! A template that is complete.

use std::sync::Arc;

use super::{
    build::{self, Unfinished},
    key::TemplateKey,
    pool::Pool,
    strategy::Strategy,
};
use crate::{
    Error,
    databases::{Admin, Database, Keep, TestDatabase, until_few_wait_to_be_dropped},
};

/// A complete template, from which databases are cloned.
#[derive(Debug, Clone)]
pub struct Template {
    name: String,
    admin: Admin,
    pool: Arc<Pool>,
    keep: Keep,
}

impl Template {
    /// Finds the template, or builds it.
    ///
    /// # Errors
    /// [`Error::Build`], [`Error::Building`], [`Error::Sql`].
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

    /// A clone of the template, for one test.
    ///
    /// # Errors
    /// [`Error::Sql`].
    pub async fn database(&self) -> Result<TestDatabase, Error> {
        until_few_wait_to_be_dropped().await;
        let database = Database::new(self.pool.take().await?, &self.admin.options);
        Ok(TestDatabase::new(database, &self.admin, &self.keep))
    }
}
