//! Runs a query with example values and undoes it.

use sqlx::{AssertSqlSafe, PgConnection, Row};

use super::Query;

const PREPARE: &str = "BEGIN; SET LOCAL statement_timeout = '10s'; PREPARE schema_contract_query AS ";

/// Runs the query in a transaction that is rolled back, with the example values of its comments and generated ones
/// elsewhere. Gives what went wrong, and how many bytes were sent before the query.
///
/// Faults of generated values are none of the query: foreign keys (23503), unique keys (23505), checks (23514),
/// lengths and forms (class 22) count only where every value is an example.
pub(super) async fn run(
    conn: &mut PgConnection,
    query: &Query,
) -> Result<Option<(sqlx::Error, usize)>, sqlx::Error> {
    let prepared = sqlx::raw_sql(AssertSqlSafe(format!("{PREPARE}{}\n", query.sql)))
        .execute(&mut *conn)
        .await;
    let outcome = match prepared {
        Ok(_) => execute(conn, query).await,
        Err(error) => Err(error),
    };
    sqlx::raw_sql("ROLLBACK").execute(&mut *conn).await?;
    // Prepared statements outlive a rollback.
    let left = "SELECT name FROM pg_catalog.pg_prepared_statements WHERE name = 'schema_contract_query'";
    if sqlx::raw_sql(left).fetch_optional(&mut *conn).await?.is_some() {
        sqlx::raw_sql("DEALLOCATE schema_contract_query")
            .execute(conn)
            .await?;
    }
    match outcome {
        Ok(()) => Ok(None),
        Err(error @ sqlx::Error::Database(_)) if !blames_values(&error, query) => {
            Ok(Some((error, PREPARE.len())))
        }
        Err(sqlx::Error::Database(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

async fn execute(conn: &mut PgConnection, query: &Query) -> Result<(), sqlx::Error> {
    let types = "SELECT u.type::text, t.typtype = 'e' FROM pg_catalog.pg_prepared_statements s, \
                 unnest(s.parameter_types) WITH ORDINALITY u(type, place) JOIN pg_catalog.pg_type t ON t.oid = u.type \
                 WHERE s.name = 'schema_contract_query' ORDER BY u.place";
    let rows = sqlx::raw_sql(types).fetch_all(&mut *conn).await?;
    let mut examples = query.examples().into_iter();
    let mut values = Vec::new();
    for row in &rows {
        let (data_type, is_enum): (String, bool) = (row.get(0), row.get(1));
        values.push(match examples.next().flatten() {
            Some(example) => example,
            None if is_enum => format!("(enum_range(NULL::{data_type}))[1]"),
            None => generated(&data_type),
        });
    }
    let arguments = if values.is_empty() {
        String::new()
    } else {
        format!("({})", values.join(", "))
    };
    let sql = format!("EXECUTE schema_contract_query{arguments}; SET CONSTRAINTS ALL IMMEDIATE");
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(conn).await?;
    Ok(())
}

/// A value of a type, as SQL; what nothing is known of is NULL.
fn generated(data_type: &str) -> String {
    let text = match data_type {
        "smallint" | "integer" | "bigint" | "numeric" | "real" | "double precision" => "1",
        "boolean" => "true",
        "text" | "character varying" | "character" | "name" | "citext" => "x",
        "uuid" => "00000000-0000-4000-8000-000000000001",
        "json" | "jsonb" => "{}",
        "date" | "timestamp without time zone" | "timestamp with time zone" => "2026-01-01",
        "time without time zone" | "time with time zone" => "00:00",
        "interval" => "1 day",
        "inet" | "cidr" => "127.0.0.1",
        "bytea" => "",
        other if other.ends_with("[]") => "{}",
        other => return format!("NULL::{other}"),
    };
    format!("'{text}'::{data_type}")
}

fn blames_values(error: &sqlx::Error, query: &Query) -> bool {
    let code = error
        .as_database_error()
        .and_then(sqlx::error::DatabaseError::code)
        .unwrap_or_default();
    let of_values = matches!(code.as_ref(), "23503" | "23505" | "23514") || code.starts_with("22");
    of_values && query.examples().iter().any(Option::is_none)
}
