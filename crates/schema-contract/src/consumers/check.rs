//! The ladder of layers, query by query.

use sqlx::{
    AssertSqlSafe, Connection, Either, Executor, PgConnection, SqlSafeStr, postgres::PgDatabaseError,
};

use diagnostic::{Values, driver_text, server_report};
use futures_util::TryStreamExt;

use super::{Finding, Layer, Query, compare, run};
use crate::Error;

/// How a consumer's queries are checked.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ConsumerConfig {
    /// The consumer's name.
    pub consumer: String,
    /// The role it connects as; `None` checks with the rights of the connection.
    pub role: Option<String>,
    /// Its `search_path`; `None` leaves the connection's own.
    pub search_path: Option<String>,
    /// Whether its queries are run.
    pub execution: Execution,
    /// Whether errors show values: those of rows, and the literals of the queries.
    pub values: Values,
}

/// Whether queries are run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Execution {
    /// They are prepared and planned only.
    #[default]
    Never,
    /// They are run with example values, each in a transaction that is rolled back.
    RolledBack,
}

/// Holds a consumer's queries against a database, and gives what is wrong with them. Nothing is changed: what runs
/// is rolled back, and role and search path are those of before afterwards. One round trip for a query, two with a
/// record of what it was compiled against.
///
/// # Errors
///
/// [`Error::Read`] if the database cannot be asked at all, such as a role that does not exist (SQLSTATE 22023).
pub async fn check(
    conn: &mut PgConnection,
    config: &ConsumerConfig,
    queries: &[Query],
) -> Result<Vec<Finding>, Error> {
    let before: (String, String) =
        sqlx::query_as("SELECT current_setting('role'), current_setting('search_path')")
            .fetch_one(&mut *conn)
            .await
            .map_err(|source| Error::Read { source })?;
    let result = match set(conn, config.role.as_deref(), config.search_path.as_deref()).await {
        Ok(()) => each(conn, config, queries).await,
        Err(source) => Err(source),
    };
    let restored = set(conn, Some(&before.0), Some(&before.1)).await;
    let findings = result.map_err(|source| Error::Read { source })?;
    restored.map_err(|source| Error::Read { source })?;
    Ok(findings)
}

async fn set(
    conn: &mut PgConnection,
    role: Option<&str>,
    search_path: Option<&str>,
) -> Result<(), sqlx::Error> {
    // The path first: a role may not be allowed to do anything.
    let sql = "SELECT pg_catalog.set_config(name, value, false) FROM (VALUES (1, 'search_path', $1), (2, 'role', $2), \
               (3, 'plan_cache_mode', 'force_generic_plan')) settings(place, name, value) WHERE value IS NOT NULL ORDER BY place";
    sqlx::query(sql)
        .bind(search_path)
        .bind(role)
        .execute(conn)
        .await?;
    Ok(())
}

async fn each(
    conn: &mut PgConnection,
    config: &ConsumerConfig,
    queries: &[Query],
) -> Result<Vec<Finding>, sqlx::Error> {
    // A statement prepared before the schema changed would still be described as it was then.
    conn.clear_cached_statements().await?;
    let catalog = compare::Catalog::read(conn).await?;
    let mut findings = Vec::new();
    for query in queries {
        let finding = |layer, place, message: String| Finding {
            consumer: config.consumer.clone(),
            layer,
            place,
            message,
            sqlstate: None,
            hint: None,
            migration: None,
        };
        match plan(conn, query).await? {
            Err((layer, error)) => {
                findings.push(from_server(config, query, layer, &error, PREPARE.len()));
                continue;
            }
            Ok(plan) if plan.contains("One-Time Filter: false") => {
                let message = "row security lets no row through: there is no policy for this role".to_owned();
                findings.push(finding(Layer::Plan, query.place(0), message));
            }
            Ok(_) => {}
        }
        if let Some(described) = &query.described {
            let statement = (&mut *conn)
                .prepare(AssertSqlSafe(query.sql.as_str()).into_sql_str())
                .await?;
            for message in compare::differences(described, &statement, &catalog) {
                findings.push(finding(Layer::Described, query.place(0), message));
            }
        }
        if config.execution == Execution::RolledBack
            && let Some((error, prefix)) = run::run(conn, query).await?
        {
            findings.push(from_server(config, query, Layer::Run, &error, prefix));
        }
    }
    Ok(findings)
}

/// What a query is prepared behind; positions in errors count from the start of it.
const PREPARE: &str = "PREPARE schema_contract_query AS ";

/// Prepares and plans a query in one message. The inner result is the plan, or which layer failed and how.
async fn plan(
    conn: &mut PgConnection,
    query: &Query,
) -> Result<Result<String, (Layer, sqlx::Error)>, sqlx::Error> {
    let arguments = match query.parameters() {
        0 => String::new(),
        n => format!("({})", vec!["NULL"; n].join(", ")),
    };
    let message = format!(
        "{PREPARE}{}\n;EXPLAIN (COSTS OFF) EXECUTE schema_contract_query{arguments};DEALLOCATE schema_contract_query",
        query.sql
    );
    let mut done = 0;
    let mut plan = String::new();
    let outcome = async {
        let mut stream = sqlx::raw_sql(AssertSqlSafe(message)).fetch_many(&mut *conn);
        while let Some(item) = stream.try_next().await? {
            match item {
                Either::Left(_) => done += 1,
                Either::Right(row) => {
                    plan.push_str(&sqlx::Row::try_get::<String, _>(&row, 0)?);
                    plan.push('\n');
                }
            }
        }
        Ok::<(), sqlx::Error>(())
    };
    match outcome.await {
        Ok(()) => Ok(Ok(plan)),
        Err(error @ sqlx::Error::Database(_)) if done == 0 => Ok(Err((Layer::Prepare, error))),
        Err(error @ sqlx::Error::Database(_)) => {
            sqlx::raw_sql("DEALLOCATE schema_contract_query")
                .execute(conn)
                .await?;
            Ok(Err((Layer::Plan, error)))
        }
        Err(error) => Err(error),
    }
}

/// What the server said, placed in the query. `prefix` is what was sent before it, in bytes, all of them ASCII.
fn from_server(
    config: &ConsumerConfig,
    query: &Query,
    layer: Layer,
    error: &sqlx::Error,
    prefix: usize,
) -> Finding {
    let database = error
        .as_database_error()
        .and_then(|error| error.try_downcast_ref::<PgDatabaseError>());
    let position = database.and_then(|error| match error.position() {
        Some(sqlx::postgres::PgErrorPosition::Original(position)) => position.checked_sub(prefix + 1),
        _ => None,
    });
    let report = database.map(|error| server_report(error, config.values));
    // The server counts characters, a place counts bytes.
    let offset = position
        .and_then(|characters| query.sql.char_indices().nth(characters))
        .map(|(byte, _)| byte);
    Finding {
        consumer: config.consumer.clone(),
        layer,
        place: query.place(offset.unwrap_or(0)),
        message: report
            .as_ref()
            .map_or_else(|| driver_text(error), |report| report.message.clone()),
        sqlstate: report.as_ref().map(|report| report.sqlstate.clone()),
        hint: report.and_then(|report| report.hint),
        migration: None,
    }
}
