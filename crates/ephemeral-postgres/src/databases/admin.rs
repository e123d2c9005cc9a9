//! Connections over which databases are created, renamed and dropped. They belong to the crate's own runtime and are used again.

use std::sync::{Arc, Mutex};

use sqlx::{Executor, PgConnection, postgres::PgConnectOptions};
use tokio::sync::oneshot;

use super::{database::connect_to_administer, ownership::register_in_background};
use crate::{Error, name, runtime};

/// The names of tests' databases on a server that others use too start with it. Databases with such a name are dropped when their
/// owner has ended, and nothing else is.
const SHARED: &str = "db_fresh_test_";

/// The same on a private server, which takes its databases with it.
const PRIVATE: &str = "test_";

/// A handful of connections to the maintenance database, opened when they are needed.
#[derive(Debug, Clone)]
pub(crate) struct Admin {
    pub(crate) options: PgConnectOptions,
    /// Connections that are not in use.
    idle: Arc<Mutex<Vec<PgConnection>>>,
    /// The names of tests' databases start with it.
    names: String,
    /// On a server that others use too: as long as it lives, this process counts as the owner of its databases.
    _registered: Option<Arc<oneshot::Sender<()>>>,
}

impl Admin {
    /// For a private server.
    pub(crate) fn new(options: &PgConnectOptions) -> Self {
        Self {
            options: options.clone(),
            idle: Arc::default(),
            names: format!("{PRIVATE}{}", name::unique()),
            _registered: None,
        }
    }

    /// For a server that others use too. Returns its version as well.
    ///
    /// # Errors
    /// [`Error::Sql`].
    pub(crate) async fn shared(options: &PgConnectOptions) -> Result<(Self, String), Error> {
        let (registration, registered) = register_in_background(options, SHARED).await?;
        let admin = Self {
            names: format!("{SHARED}{}", registration.token),
            _registered: Some(Arc::new(registered)),
            ..Self::new(options)
        };
        Ok((admin, registration.version))
    }

    /// A name for the database of a test.
    pub(crate) fn name(&self) -> String {
        name::numbered(&self.names)
    }

    /// Runs one statement.
    pub(crate) async fn execute(&self, what: String, statement: String) -> Result<(), Error> {
        let admin = self.clone();
        runtime::run(async move {
            let mut connection = admin.take().await.map_err(Error::sql(what.clone()))?;
            let ran = connection.execute(sqlx::AssertSqlSafe(statement)).await;
            // A refusal leaves it usable; anything else may not.
            if matches!(ran, Ok(_) | Err(sqlx::Error::Database(_))) {
                admin.give_back(connection);
            }
            ran.map(|_| ()).map_err(Error::sql(what))
        })
        .await
    }

    /// The first column of every row, as text.
    pub(crate) async fn names(
        &self,
        what: String,
        question: &'static str,
        argument: Vec<String>,
    ) -> Result<Vec<String>, Error> {
        let admin = self.clone();
        runtime::run(async move {
            let mut connection = admin.take().await.map_err(Error::sql(what.clone()))?;
            let rows = sqlx::query_scalar(question)
                .bind(argument)
                .fetch_all(&mut connection)
                .await
                .map_err(Error::sql(what))?;
            admin.give_back(connection);
            Ok(rows)
        })
        .await
    }

    async fn take(&self) -> Result<PgConnection, sqlx::Error> {
        let idle = self.idle.lock().ok().and_then(|mut idle| idle.pop());
        match idle {
            Some(connection) => Ok(connection),
            None => connect_to_administer(&self.options).await,
        }
    }

    fn give_back(&self, connection: PgConnection) {
        if let Ok(mut idle) = self.idle.lock() {
            idle.push(connection);
        }
    }
}
