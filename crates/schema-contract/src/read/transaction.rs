//! One consistent reading: one message, one read-only transaction, settings that make texts comparable.

use futures_util::TryStreamExt;
use sqlx::{AssertSqlSafe, Connection, Either, PgConnection};

use super::{
    rows::{Row, Rows},
    version,
};
use crate::Error;

/// The settings that decide how the server writes names, times, numbers and identifiers. `SET LOCAL` ends with the
/// transaction or is undone with the savepoint, so the connection keeps its own.
const SETTINGS: &str = "SET LOCAL search_path = '';\n\
    SET LOCAL quote_all_identifiers = off;\n\
    SET LOCAL timezone = 'UTC';\n\
    SET LOCAL datestyle = 'ISO, YMD';\n\
    SET LOCAL intervalstyle = 'postgres';\n\
    SET LOCAL extra_float_digits = 1;\n\
    SET LOCAL bytea_output = 'hex';\n\
    SET LOCAL standard_conforming_strings = on;\n\
    SET LOCAL jit = off";
/// How many statements stand before the first that is read: one that opens, and the settings.
const PREPARATIONS: usize = 10;

/// Runs the statements in one transaction and gives the rows of each.
pub(super) async fn read(conn: &mut PgConnection, statements: &[&str]) -> Result<Vec<Rows>, Error> {
    let (open, close, undo) = if conn.is_in_transaction() {
        let undo = "ROLLBACK TO SAVEPOINT schema_contract; RELEASE SAVEPOINT schema_contract";
        ("SAVEPOINT schema_contract", undo, undo)
    } else {
        (
            "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
            "COMMIT",
            "ROLLBACK",
        )
    };
    let message = format!("{open};\n{SETTINGS};\n{};\n{close}", statements.join(";\n"));
    let message = version::adapted(&message, major_version(conn));
    let result = collect(conn, message).await;
    if result.is_err() {
        // The message stopped before its end; without this the connection would stay in a failed transaction.
        // A failure here means the connection is gone, which the first error says better.
        let _ = sqlx::raw_sql(undo).execute(conn).await;
    }
    let mut results = result.map_err(|source| Error::Read { source })?;
    results.drain(..PREPARATIONS.min(results.len()));
    Ok(results)
}

/// The server's major version.
pub(super) fn major_version(conn: &PgConnection) -> u32 {
    conn.server_version_num().map_or(0, |number| number / 10_000)
}

async fn collect(conn: &mut PgConnection, message: String) -> Result<Vec<Rows>, sqlx::Error> {
    let mut results = Vec::new();
    let mut rows = Rows::new();
    let mut stream = sqlx::raw_sql(AssertSqlSafe(message)).fetch_many(conn);
    while let Some(item) = stream.try_next().await? {
        match item {
            Either::Left(_) => results.push(std::mem::take(&mut rows)),
            Either::Right(row) => rows.push(Row(row)),
        }
    }
    Ok(results)
}
