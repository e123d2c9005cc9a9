//! PL/pgSQL bodies, read by the extension `plpgsql_check` where the server has it.
//!
//! Nobody notices a body that a migration made stale until it runs. The extension is made for this in a transaction that is
//! rolled back. Left out on purpose: warnings, and trigger functions without a trigger: what they work on is not known.

use diagnostic::{RawReport, ServerReport, Values};
use sqlx::{AssertSqlSafe, Connection, PgConnection, Row};

use super::BodyFault;
use crate::{Error, Scope};

/// What was found in the bodies of a database.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Bodies {
    /// The routines that were checked, sorted.
    pub checked: Vec<String>,
    /// What is wrong in them, sorted.
    pub faults: Vec<BodyFault>,
}

/// Checks the PL/pgSQL bodies in a scope. `None` where the server lacks the extension, or the role may not make it.
///
/// # Errors
///
/// [`Error::Read`] if the database cannot be asked at all.
pub async fn check_bodies(conn: &mut PgConnection, scope: &Scope) -> Result<Option<Bodies>, Error> {
    let failed = |source| Error::Read { source };
    let mut trying = conn.begin().await.map_err(failed)?;
    let schema = match make(&mut trying).await {
        Ok(schema) => schema,
        Err(sqlx::Error::Database(_)) => None,
        Err(error) => return Err(failed(error)),
    };
    let found = match schema {
        Some(schema) => Some(read(&mut trying, &schema, scope).await.map_err(failed)?),
        None => None,
    };
    trying.rollback().await.map_err(failed)?;
    Ok(found)
}

/// Makes the extension where it is not there, and gives the schema that it lies in.
async fn make(conn: &mut PgConnection) -> Result<Option<String>, sqlx::Error> {
    let available = "SELECT FROM pg_catalog.pg_available_extensions WHERE name = 'plpgsql_check'";
    if sqlx::raw_sql(available)
        .fetch_optional(&mut *conn)
        .await?
        .is_none()
    {
        return Ok(None);
    }
    sqlx::raw_sql("SET LOCAL client_min_messages = error; CREATE EXTENSION IF NOT EXISTS plpgsql_check")
        .execute(&mut *conn)
        .await?;
    let place = "SELECT pg_catalog.quote_ident(n.nspname) FROM pg_catalog.pg_extension e \
                 JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'plpgsql_check'";
    let row = sqlx::raw_sql(place).fetch_optional(conn).await?;
    row.map(|row| row.try_get(0)).transpose()
}

/// A routine comes once for each table that it is a trigger of. Partitions have their parent's triggers.
const ROUTINES: &str = "SELECT p.oid, n.nspname, p.oid::pg_catalog.regprocedure::text AS routine, \
        coalesce(t.tgrelid, 0) AS relation, t.tgoldtable, t.tgnewtable \
    FROM pg_catalog.pg_proc p \
    JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace \
    JOIN pg_catalog.pg_language l ON l.oid = p.prolang AND l.lanname = 'plpgsql' \
    LEFT JOIN pg_catalog.pg_trigger t ON t.tgfoid = p.oid AND NOT t.tgisinternal AND t.tgparentid = 0 \
    WHERE (p.prorettype <> 'pg_catalog.trigger'::pg_catalog.regtype OR t.oid IS NOT NULL) \
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e' \
        AND d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass)";

async fn read(conn: &mut PgConnection, schema: &str, scope: &Scope) -> Result<Bodies, sqlx::Error> {
    let sql = format!(
        "WITH routine AS MATERIALIZED ({ROUTINES}) \
         SELECT r.nspname::text, r.routine, f.level, f.lineno, f.message, f.sqlstate FROM routine r \
         LEFT JOIN LATERAL {schema}.plpgsql_check_function_tb(r.oid, r.relation, fatal_errors => false, \
             other_warnings => false, extra_warnings => false, performance_warnings => false, \
             oldtable => r.tgoldtable, newtable => r.tgnewtable) f ON f.level = 'error'"
    );
    let rows = sqlx::query(AssertSqlSafe(sql))
        .persistent(false)
        .fetch_all(conn)
        .await?;
    let mut bodies = Bodies::default();
    for row in rows {
        let (namespace, routine): (String, String) = (row.try_get(0)?, row.try_get(1)?);
        if !scope.covers_schema(&namespace) {
            continue;
        }
        bodies.checked.push(routine.clone());
        if row.try_get::<Option<String>, _>(2)?.is_some() {
            let (message, sqlstate): (String, String) = (row.try_get(4)?, row.try_get(5)?);
            bodies.faults.push(BodyFault {
                routine,
                line: row.try_get(3)?,
                message: shown(&message, &sqlstate),
                sqlstate,
                migration: None,
            });
        }
    }
    bodies.checked.sort();
    bodies.checked.dedup();
    bodies.faults.sort();
    // A trigger function of several tables fails in the same way for each of them.
    bodies.faults.dedup();
    Ok(bodies)
}

/// A message of the checker, which may repeat a literal of the body, without values.
fn shown(message: &str, sqlstate: &str) -> String {
    let raw = RawReport {
        sqlstate,
        message,
        ..RawReport::default()
    };
    ServerReport::new(&raw, Values::Hidden).message
}
