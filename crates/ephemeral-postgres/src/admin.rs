//! Connections over which databases are made, renamed and dropped. They live on the keeper's thread and are used again.

use std::sync::{Arc, Mutex};

use sqlx::{Connection, Executor, PgConnection, postgres::PgConnectOptions};

use crate::{Error, keeper};

/// A handful of connections to the maintenance database, opened when they are needed.
#[derive(Debug, Clone)]
pub(crate) struct Admin {
    pub(crate) options: PgConnectOptions,
    idle: Arc<Mutex<Vec<PgConnection>>>,
}

impl Admin {
    pub(crate) fn new(options: &PgConnectOptions) -> Self {
        Self {
            options: options.clone(),
            idle: Arc::default(),
        }
    }

    /// Runs one statement.
    pub(crate) async fn execute(&self, what: String, statement: String) -> Result<(), Error> {
        let admin = self.clone();
        keeper::run(async move {
            let mut connection = admin.take().await.map_err(Error::sql(what.clone()))?;
            let ran = connection.execute(sqlx::AssertSqlSafe(statement)).await;
            // A refusal leaves the connection usable; anything else may not.
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
