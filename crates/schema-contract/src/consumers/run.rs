//! Runs a query with example values and undoes it.

use futures_util::TryStreamExt;
use sqlx::{AssertSqlSafe, Either, PgConnection, Row};

use super::{Query, parse::lacks_own_setting, session::UNDO};

const PREPARE: &str = "PREPARE schema_contract_query AS ";
const BEFORE: i64 = PREPARE.len() as i64;
/// A plan that never ends must not hold everything up.
pub(super) const TIME_LIMIT: &str = "SET LOCAL statement_timeout = '10s'";

const TYPES: &str = "SELECT u.type::text, t.typtype::text, pg_catalog.format_type(b.base, NULL) FROM pg_catalog.pg_prepared_statements s, \
    unnest(s.parameter_types) WITH ORDINALITY u(type, place) JOIN pg_catalog.pg_type t ON t.oid = u.type, \
    LATERAL (WITH RECURSIVE below AS (SELECT t.typtype, t.oid, t.typbasetype UNION ALL \
        SELECT d.typtype, d.oid, d.typbasetype FROM below JOIN pg_catalog.pg_type d ON d.oid = below.typbasetype AND below.typtype = 'd') \
        SELECT below.oid AS base FROM below WHERE below.typtype <> 'd') b \
    WHERE s.name = 'schema_contract_query' ORDER BY u.place";

/// Runs a query inside a transaction and undoes it, with the example values of its comments and generated ones elsewhere.
/// Gives what went wrong, and how many characters were sent before the query.
///
/// Faults of generated values are none of the query: NOT NULL (23502) of a domain, foreign keys (23503), unique keys (23505),
/// checks (23514), lengths and forms (class 22) count only where every value is an example. Nor is a setting that the consumer
/// itself would have made before.
pub(super) async fn run(
    conn: &mut PgConnection,
    query: &Query,
) -> Result<Option<(sqlx::Error, i64)>, sqlx::Error> {
    let mut parameters = 0;
    let outcome = match prepare(conn, query).await {
        Ok(types) => {
            parameters = types.len();
            let ran = execute(conn, query, &types).await;
            let undo = format!("{UNDO}; DEALLOCATE schema_contract_query");
            sqlx::raw_sql(AssertSqlSafe(undo)).execute(&mut *conn).await?;
            ran
        }
        Err(error @ sqlx::Error::Database(_)) => {
            sqlx::raw_sql(UNDO).execute(&mut *conn).await?;
            Err(error)
        }
        Err(error) => return Err(error),
    };
    match outcome {
        Err(error @ sqlx::Error::Database(_))
            if !blames_values(&error, query, parameters) && !lacks_own_setting(&error) =>
        {
            Ok(Some((error, BEFORE)))
        }
        Ok(()) | Err(sqlx::Error::Database(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Prepares the query and gives an example of each parameter, as SQL.
async fn prepare(conn: &mut PgConnection, query: &Query) -> Result<Vec<String>, sqlx::Error> {
    let text = format!("{PREPARE}{}\n;{TYPES}", query.sql);
    let mut values = Vec::new();
    let mut rows = sqlx::raw_sql(AssertSqlSafe(text)).fetch_many(conn);
    while let Some(item) = rows.try_next().await? {
        if let Either::Right(row) = item {
            let (data_type, kind, base): (String, String, String) =
                (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
            values.push(match kind.as_str() {
                "e" => format!("(pg_catalog.enum_range(NULL::{data_type}))[1]"),
                _ => generated(&data_type, &base),
            });
        }
    }
    Ok(values)
}

async fn execute(conn: &mut PgConnection, query: &Query, generated: &[String]) -> Result<(), sqlx::Error> {
    let examples = query.examples(generated.len()).into_iter();
    let values: Vec<String> = examples
        .zip(generated)
        .map(|(example, generated)| example.unwrap_or_else(|| generated.clone()))
        .collect();
    let arguments = if values.is_empty() {
        String::new()
    } else {
        format!("({})", values.join(", "))
    };
    let sql = format!("EXECUTE schema_contract_query{arguments}; SET CONSTRAINTS ALL IMMEDIATE");
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(conn).await?;
    Ok(())
}

/// A value of a type, as SQL; what nothing is known of is NULL. Of a domain the type below it counts.
fn generated(data_type: &str, base: &str) -> String {
    let text = match base {
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
        _ => return format!("NULL::{data_type}"),
    };
    format!("'{text}'::{data_type}")
}

fn blames_values(error: &sqlx::Error, query: &Query, parameters: usize) -> bool {
    let database = error.as_database_error();
    let code = database
        .and_then(sqlx::error::DatabaseError::code)
        .unwrap_or_default();
    // NOT NULL of a column is named with its table; that of a domain, which refuses a generated NULL, is not.
    let is_of_domain = code == "23502" && database.is_none_or(|error| error.table().is_none());
    let of_values =
        is_of_domain || matches!(code.as_ref(), "23503" | "23505" | "23514") || code.starts_with("22");
    of_values && query.examples(parameters).iter().any(Option::is_none)
}
