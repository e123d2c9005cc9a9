//! Parses a text alone by the extended protocol, which takes one statement, and gives what the server says about it.

use db_fresh_sql_lexer::{TokenKind, tokens};
use sqlx::{
    AssertSqlSafe, Either, Executor, PgConnection, SqlSafeStr, Statement as _, TypeInfo as _,
    postgres::{PgDatabaseError, PgStatement, PgTypeInfo, PgTypeKind},
};

use super::session::UNDO;

/// How a text was parsed.
pub(super) enum Parsed {
    /// As one statement.
    Described(PgStatement),
    /// As one statement, with types that the driver does not know.
    Unknown,
    /// Not at all.
    Refused(sqlx::Error),
}

/// Parses a text.
pub(super) async fn parse(conn: &mut PgConnection, sql: &str) -> Result<Parsed, sqlx::Error> {
    let error = match (&mut *conn).prepare(AssertSqlSafe(sql).into_sql_str()).await {
        Ok(statement) => return Ok(Parsed::Described(statement)),
        Err(error) => error,
    };
    // Fails where the connection itself is lost.
    sqlx::raw_sql(UNDO).execute(&mut *conn).await?;
    Ok(match error {
        error @ sqlx::Error::Database(_) => Parsed::Refused(error),
        _ => Parsed::Unknown,
    })
}

/// The parameters of a text that can be planned, each with the type that lies below its domain; `None` where the text cannot be
/// parsed as one.
///
/// A query inside of EXPLAIN has its parameters, but not its columns: their tables and types need not be looked up.
pub(super) async fn parameters(
    conn: &mut PgConnection,
    sql: &str,
) -> Result<Option<Vec<Option<String>>>, sqlx::Error> {
    Ok(match parse(conn, &format!("EXPLAIN (COSTS OFF) {sql}")).await? {
        Parsed::Described(statement) => match statement.parameters() {
            Some(Either::Left(parameters)) => Some(parameters.iter().map(below_domain).collect()),
            _ => Some(Vec::new()),
        },
        Parsed::Unknown => Some(vec![None; highest(sql)]),
        Parsed::Refused(_) => None,
    })
}

fn below_domain(parameter: &PgTypeInfo) -> Option<String> {
    let mut below = parameter;
    // The driver knows nothing of a type that it could not look up.
    while below.name() != UNRESOLVED
        && let PgTypeKind::Domain(base) = below.kind()
    {
        below = base;
    }
    (below != parameter && below.name() != UNRESOLVED).then(|| below.name().to_owned())
}

/// How the driver names a type that it could not look up.
const UNRESOLVED: &str = "?";

/// The highest number of a parameter.
fn highest(sql: &str) -> usize {
    let numbers = tokens(sql).filter_map(|token| match token.kind {
        TokenKind::Symbol => sql[token.start..token.end].strip_prefix('$')?.parse::<u16>().ok(),
        _ => None,
    });
    numbers.max().unwrap_or_default().into()
}

/// Whether a setting that a consumer makes up (`app.tenant`) is not set, or empty, as a database or an earlier transaction
/// leaves it: the consumer sets it before it sends the query.
pub(super) fn lacks_own_setting(error: &sqlx::Error) -> bool {
    let error = error
        .as_database_error()
        .and_then(|error| error.try_downcast_ref::<PgDatabaseError>());
    error.is_some_and(|error| match error.code() {
        "42704" => error.routine() == Some("find_option") && error.message().contains('.'),
        // The server quotes what it cannot read, in any language.
        "22P02" => error.message().ends_with("\"\""),
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_in_literals_and_comments_are_none() {
        assert_eq!(
            highest("SELECT '$12', $2 -- $30\n, $$ $40 $$, \"$5\" /* $6 */"),
            2
        );
        assert_eq!(highest("SELECT 1"), 0);
    }
}
