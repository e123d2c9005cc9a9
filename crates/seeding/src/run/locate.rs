//! Finds the place of a failure that the server gave no position for, by running the file again in smaller steps.

use sqlx::{AssertSqlSafe, Connection, PgConnection};

use super::{
    file::{run, set_up},
    place::{at_byte, failed, in_text},
};
use crate::{Config, Error, SeedFile, SplitStatements, folder::Body, load::Travel};

/// Finds the statement or row of a failure that the server gave no position for, by running the file again in
/// smaller steps; all of it is taken back. Gives the failure as it was where nothing better is found.
pub(crate) async fn locate(conn: &mut PgConnection, file: &SeedFile, config: &Config, error: Error) -> Error {
    let Error::Sql { place, .. } = &error else {
        return error;
    };
    if place.line.is_some() {
        return error;
    }
    let Ok(mut transaction) = conn.begin().await else {
        return error;
    };
    let located = match (&file.body, config.split_statements) {
        (Body::Sql, Some(split)) => statement_by_statement(&mut transaction, file, config, split).await,
        (Body::Sql, None) => None,
        (Body::Tables(_), _) => run(&mut transaction, file, config, Travel::ByLine).await.err(),
    };
    // Taking back cannot fail in a way that matters: the error is what the caller gets either way.
    let _ = transaction.rollback().await;
    located
        .filter(|located| matches!(located, Error::Sql { .. }))
        .unwrap_or(error)
}

async fn statement_by_statement(
    conn: &mut PgConnection,
    file: &SeedFile,
    config: &Config,
    split: SplitStatements,
) -> Option<Error> {
    set_up(conn, file, config).await.ok()?;
    for statement in split(&file.text) {
        let text = AssertSqlSafe(file.text.get(statement.clone())?.to_owned());
        if let Err(again) = sqlx::raw_sql(text).execute(&mut *conn).await {
            return Some(failed(file, config, again, |failure| {
                match in_text(file, failure, statement.clone()) {
                    place if place.line.is_some() => place,
                    _ => at_byte(file, statement.start),
                }
            }));
        }
    }
    None
}
