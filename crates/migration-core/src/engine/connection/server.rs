//! Talking to the server in whole messages of the simple protocol.
//!
//! Several statements in one message cost one round trip, and the server stops at the first that fails. Their results come back
//! as text.

use futures_util::TryStreamExt;
use sqlx::{
    AssertSqlSafe, Either, Executor, PgConnection, Row,
    postgres::{PgDatabaseError, PgErrorPosition, PgRow, PgSeverity},
    raw_sql,
};

/// What came back of a message, up to its end or to its error.
#[derive(Debug, Default)]
pub(crate) struct Answer {
    /// One list of rows for each statement that ended well.
    pub(crate) results: Vec<Vec<PgRow>>,
    pub(crate) error: Option<sqlx::Error>,
}

/// Sends a message and reads what comes back.
pub(crate) async fn try_send(connection: &mut PgConnection, sql: &str) -> Answer {
    let mut stream = connection.fetch_many(raw_sql(AssertSqlSafe(sql.to_owned())));
    let (mut answer, mut rows) = (Answer::default(), Vec::new());
    loop {
        match stream.try_next().await {
            Ok(Some(Either::Left(_))) => answer.results.push(std::mem::take(&mut rows)),
            Ok(Some(Either::Right(row))) => rows.push(row),
            Ok(None) => return answer,
            Err(error) => {
                answer.error = Some(error);
                return answer;
            }
        }
    }
}

/// The results of a message that has to end well.
pub(crate) async fn send(connection: &mut PgConnection, sql: &str) -> Result<Vec<Vec<PgRow>>, sqlx::Error> {
    let answer = try_send(connection, sql).await;
    answer.error.map_or(Ok(answer.results), Err)
}

/// A column as text; empty where it is null or not there.
pub(crate) fn text(row: &PgRow, column: &str) -> String {
    maybe(row, column).unwrap_or_default()
}

/// A column as text, unless it is null.
pub(crate) fn maybe(row: &PgRow, column: &str) -> Option<String> {
    row.try_get_unchecked::<Option<String>, _>(column).ok().flatten()
}

/// A column as a number; nothing where it is not one.
pub(crate) fn number(row: &PgRow, column: &str) -> Option<i64> {
    maybe(row, column)?.parse().ok()
}

/// The server's own error, where it is one.
pub(crate) fn refusal(error: &sqlx::Error) -> Option<&PgDatabaseError> {
    match error {
        sqlx::Error::Database(error) => error.try_downcast_ref(),
        _ => None,
    }
}

/// Whether the connection is gone: the driver says so, or the server did before it ended it (`FATAL`, such as 57P01).
pub(crate) fn is_lost(error: &sqlx::Error) -> bool {
    refusal(error).is_none_or(|refused| matches!(refused.severity(), PgSeverity::Fatal | PgSeverity::Panic))
}

/// The SQLSTATE, where the server gave one.
pub(crate) fn sqlstate(error: &sqlx::Error) -> Option<&str> {
    refusal(error).map(PgDatabaseError::code)
}

/// Where in the message the server saw the error, as a byte offset. The server counts characters from 1.
pub(crate) fn offset(error: &PgDatabaseError, message: &str) -> Option<usize> {
    let Some(PgErrorPosition::Original(position)) = error.position() else {
        return None;
    };
    message
        .char_indices()
        .nth(position.checked_sub(1)?)
        .map(|(offset, _)| offset)
}
