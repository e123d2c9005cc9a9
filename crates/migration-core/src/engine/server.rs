//! Talking to the server in whole messages of the simple protocol.
//!
//! Several statements in one message cost one round trip, and the server stops at the first that fails. Their results come back
//! as text.

use futures_util::TryStreamExt;
use sqlx::{
    AssertSqlSafe, Either, Executor, PgConnection, Row,
    postgres::{PgDatabaseError, PgErrorPosition, PgRow},
    raw_sql,
};

/// The results of a message: one list of rows for each statement that gave any result.
pub(super) async fn send(connection: &mut PgConnection, sql: &str) -> Result<Vec<Vec<PgRow>>, sqlx::Error> {
    let mut stream = connection.fetch_many(raw_sql(AssertSqlSafe(sql.to_owned())));
    let (mut results, mut rows) = (Vec::new(), Vec::new());
    while let Some(part) = stream.try_next().await? {
        match part {
            Either::Left(_) => results.push(std::mem::take(&mut rows)),
            Either::Right(row) => rows.push(row),
        }
    }
    Ok(results)
}

/// A column as text; empty where it is null or not there.
pub(super) fn text(row: &PgRow, column: &str) -> String {
    maybe(row, column).unwrap_or_default()
}

/// A column as text, unless it is null.
pub(super) fn maybe(row: &PgRow, column: &str) -> Option<String> {
    row.try_get_unchecked::<Option<String>, _>(column).ok().flatten()
}

/// A column as a number; the minimum of nothing where it is none.
pub(super) fn number(row: &PgRow, column: &str) -> Option<i64> {
    maybe(row, column)?.parse().ok()
}

/// The server's own error, where it is one.
pub(super) fn refusal(error: &sqlx::Error) -> Option<&PgDatabaseError> {
    match error {
        sqlx::Error::Database(error) => error.try_downcast_ref(),
        _ => None,
    }
}

/// The SQLSTATE, where the server gave one.
pub(super) fn sqlstate(error: &sqlx::Error) -> Option<&str> {
    refusal(error).map(PgDatabaseError::code)
}

/// Where in the message the server saw the error, as a byte offset. The server counts characters from 1.
pub(super) fn offset(error: &PgDatabaseError, message: &str) -> Option<usize> {
    let Some(PgErrorPosition::Original(position)) = error.position() else {
        return None;
    };
    message
        .char_indices()
        .nth(position.checked_sub(1)?)
        .map(|(offset, _)| offset)
}
