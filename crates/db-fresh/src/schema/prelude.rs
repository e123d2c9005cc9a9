//! SQL that stands in for what the real platform provides, run before the first migration of a fresh database.

use std::{fs, path::Path};

use diagnostic::{Diagnostic, Fact, Place};
use sqlx::{
    PgConnection,
    postgres::{PgConnectOptions, PgDatabaseError},
};

use super::connection::{close, connect_to};
use crate::{exit::Exit, failure::Failure};

/// The text of a prelude.
#[derive(Debug)]
pub(crate) struct Prelude {
    pub(crate) file: String,
    sql: String,
}

impl Prelude {
    /// The prelude in this file. It is read before a server is acquired: a file that is not there should not cost a start.
    pub(crate) fn read(path: &Path) -> Result<Self, Failure> {
        let file = path.display().to_string();
        match fs::read_to_string(path) {
            Ok(sql) => Ok(Self { file, sql }),
            Err(error) => {
                let mut diagnostic = Diagnostic::new("preflight/prelude", "cannot read the prelude");
                diagnostic.place = Some(Place::file(file));
                diagnostic.causes.push(error.to_string());
                Err(Failure::new(Exit::Preflight, diagnostic))
            }
        }
    }

    /// Runs it on a connection of its own, closed before the first migration, so that no setting leaks into one.
    pub(crate) async fn run(&self, options: &PgConnectOptions) -> Result<(), Failure> {
        let mut connection = connect_to(options).await?;
        let ended = self.on(&mut connection).await;
        close(connection).await;
        ended
    }

    /// Statement by statement, as psql does: what cannot run in a transaction may be among them.
    async fn on(&self, connection: &mut PgConnection) -> Result<(), Failure> {
        for statement in migration_core::split_statements(&self.sql) {
            let start = statement.start;
            let sql = sqlx::raw_sql(sqlx::AssertSqlSafe(self.sql[statement].to_owned()));
            sql.execute(&mut *connection)
                .await
                .map_err(|error| self.failure(start, &error))?;
        }
        Ok(())
    }

    fn failure(&self, start: usize, error: &sqlx::Error) -> Failure {
        let mut diagnostic = Diagnostic::new("preflight/prelude", "the prelude failed");
        diagnostic.place = Some(Place::at_byte(self.file.clone(), &self.sql, start));
        let refusal = error
            .as_database_error()
            .and_then(|error| error.try_downcast_ref::<PgDatabaseError>());
        diagnostic
            .facts
            .extend(refusal.map(|refusal| Fact::new("SQLSTATE", refusal.code())));
        diagnostic.causes.push(error.to_string());
        Failure::new(Exit::Preflight, diagnostic)
    }
}
