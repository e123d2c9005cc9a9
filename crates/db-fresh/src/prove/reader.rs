//! The connection by which the schema is read. The server knows the catalogs by then, so that each reading but the first costs less.

use schema_contract::{Scope, Snapshot};
use sqlx::{PgConnection, postgres::PgConnectOptions};
use tokio::sync::Mutex;

use crate::{
    error::Error,
    schema::{close, connect_to},
};

/// A connection that is there while nobody reads.
#[derive(Debug, Default)]
pub(super) struct Reader(Mutex<Option<PgConnection>>);

impl Reader {
    /// The connection, for good; a new one where it is not there.
    pub(super) async fn take(&self, options: &PgConnectOptions) -> Result<PgConnection, Error> {
        match self.0.lock().await.take() {
            Some(connection) => Ok(connection),
            None => connect_to(options).await,
        }
    }

    /// The whole schema as it is now.
    pub(super) async fn snapshot(
        &self,
        options: &PgConnectOptions,
        scope: &Scope,
    ) -> Result<Snapshot, Error> {
        let mut held = self.0.lock().await;
        // A migration may have ended the session.
        if let Some(mut connection) = held.take()
            && let Ok(schema) = schema_contract::snapshot(&mut connection, scope).await
        {
            *held = Some(connection);
            return Ok(schema);
        }
        let mut connection = connect_to(options).await?;
        let schema = schema_contract::snapshot(&mut connection, scope).await?;
        *held = Some(connection);
        Ok(schema)
    }

    /// Closes it, so that the database can be dropped.
    pub(super) async fn close(&self) {
        if let Some(connection) = self.0.lock().await.take() {
            close(connection).await;
        }
    }
}
