//! SQL that stands in for what the real platform provides, run before the first migration of a fresh database.

use std::path::Path;

use diagnostic::{Place, SizeLimit, read_text};
use migration_core::{Config, use_server_settings};
use sqlx::{
    PgConnection,
    postgres::{PgConnectOptions, PgDatabaseError},
};

use super::{
    connection::{close, connect_to},
    problem::SchemaProblem,
};
use crate::error::Error;

/// The text of a prelude.
#[derive(Debug)]
pub(crate) struct Prelude {
    pub(crate) file: String,
    sql: String,
}

impl Prelude {
    /// The prelude in this file. It is read before a server is acquired: a file that is not there should not cost a start.
    pub(crate) fn read(path: &Path, limit: SizeLimit) -> Result<Self, Error> {
        let file = path.display().to_string();
        let sql = match read_text(path, limit) {
            Ok(sql) => sql,
            Err(error) => {
                let source = error.into();
                return Err(SchemaProblem::UnreadablePrelude { file, source }.into());
            }
        };
        let copies = migration_core::client_copies(&sql).into_iter();
        Error::all(copies.map(|(at, statement)| SchemaProblem::ClientCopy {
            statement,
            place: Box::new(Place::at_byte_without(
                file.clone(),
                &sql,
                at,
                &db_fresh_sql_lexer::blanks(&sql, at),
            )),
        }))?;
        Ok(Self { file, sql })
    }

    /// Its text.
    pub(crate) fn sql(&self) -> &str {
        &self.sql
    }

    /// Runs it on a connection of its own, closed before the first migration, so that no setting leaks into one.
    pub(crate) async fn run(&self, options: &PgConnectOptions) -> Result<(), Error> {
        self.with(options, &|_| false).await
    }

    /// Runs it for another database of a server where it ran before. The roles that it makes are there already: they belong to the
    /// server and not to a database.
    pub(crate) async fn run_again(&self, options: &PgConnectOptions) -> Result<(), Error> {
        self.with(options, &is_role_that_is_there).await
    }

    async fn with(
        &self,
        options: &PgConnectOptions,
        passes: &dyn Fn(&sqlx::Error) -> bool,
    ) -> Result<(), Error> {
        let mut connection = connect_to(options).await?;
        use_server_settings(&mut connection, options, &Config::default()).await?;
        let ended = self.on(&mut connection, passes).await;
        close(connection).await;
        ended
    }

    /// Statement by statement, as psql does: what cannot run in a transaction may be among them.
    async fn on(
        &self,
        connection: &mut PgConnection,
        passes: &dyn Fn(&sqlx::Error) -> bool,
    ) -> Result<(), Error> {
        for statement in migration_core::split_statements(&self.sql) {
            let start = statement.start;
            let sql = sqlx::raw_sql(sqlx::AssertSqlSafe(self.sql[statement].to_owned()));
            match sql.execute(&mut *connection).await {
                Err(error) if !passes(&error) => return Err(self.failure(start, error)),
                _ => {}
            }
        }
        Ok(())
    }

    fn failure(&self, start: usize, source: sqlx::Error) -> Error {
        let blanks = db_fresh_sql_lexer::blanks(&self.sql, start);
        let place = Box::new(Place::at_byte_without(
            self.file.clone(),
            &self.sql,
            start,
            &blanks,
        ));
        SchemaProblem::Prelude { place, source }.into()
    }
}

/// `CREATE ROLE` of one that is there. The server gives no table, type or function with that code: it says what it is in words alone.
fn is_role_that_is_there(error: &sqlx::Error) -> bool {
    let error = error.as_database_error();
    let error = error.and_then(|error| error.try_downcast_ref::<PgDatabaseError>());
    error.is_some_and(|error| error.code() == "42710" && error.routine() == Some("CreateRole"))
}
