//! Connections over which databases are made, renamed and dropped. They live on the keeper's thread and are used again.

use std::sync::{Arc, Mutex};

use sqlx::{Connection, Executor, PgConnection, postgres::PgConnectOptions};
use tokio::sync::oneshot;

use crate::{Error, claim, keeper, name};

/// What the names of tests' databases start with on a server that others use too. What is called so and has no owner any more is
/// dropped, and nothing else.
const SHARED: &str = "db_fresh_test_";

/// The same on a private server, with which everything in it goes.
const PRIVATE: &str = "test_";

/// A handful of connections to the maintenance database, opened when they are needed.
#[derive(Debug, Clone)]
pub(crate) struct Admin {
    pub(crate) options: PgConnectOptions,
    /// Connections that nobody uses at the moment.
    idle: Arc<Mutex<Vec<PgConnection>>>,
    /// What the names of tests' databases start with.
    names: String,
    /// Where others use the server too: as long as it is there, none of them takes what was made here for abandoned.
    _claim: Option<Arc<oneshot::Sender<()>>>,
}

impl Admin {
    /// For a private server.
    pub(crate) fn new(options: &PgConnectOptions) -> Self {
        Self {
            options: options.clone(),
            idle: Arc::default(),
            names: format!("{PRIVATE}{}", name::unique()),
            _claim: None,
        }
    }

    /// For a server that others use too. Gives its version as well.
    pub(crate) async fn claim(options: &PgConnectOptions) -> Result<(Self, String), Error> {
        let (claim, alive) = claim::hold(options, SHARED).await?;
        let admin = Self {
            names: format!("{SHARED}{}", claim.token),
            _claim: Some(Arc::new(alive)),
            ..Self::new(options)
        };
        Ok((admin, claim.version))
    }

    /// A name for the database of a test.
    pub(crate) fn name(&self) -> String {
        claim::database(&self.names)
    }

    /// Runs one statement.
    pub(crate) async fn execute(&self, what: String, statement: String) -> Result<(), Error> {
        let admin = self.clone();
        keeper::run(async move {
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
        keeper::run(async move {
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
            None => PgConnection::connect_with(&self.options).await,
        }
    }

    fn give_back(&self, connection: PgConnection) {
        if let Ok(mut idle) = self.idle.lock() {
            idle.push(connection);
        }
    }
}
