//! Whether a database is fit for the work, and whether the role may do it: asked before, in one round trip.
//!
//! Left out on purpose: granting anything, and trying writes out.

use serde::Serialize;
use sqlx::{PgConnection, Row, postgres::PgRow};

use crate::{Error, Failure, Right, right::Object};

/// What the work needs of a database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatabaseNeeds {
    /// The oldest major version of the server that will do.
    pub oldest_server: u32,
    /// Schemas that objects are made in. One that does not exist yet needs the right to make it.
    pub schemas: Vec<String>,
    /// Tables that rows are read from and written to, as (schema, name); those that do not exist yet are passed over.
    pub tables: Vec<(String, String)>,
    /// Whether schemas or extensions are made, beyond those named.
    pub makes_schemas: bool,
}

impl Default for DatabaseNeeds {
    /// Objects in `public`, on a server from version 14 on.
    fn default() -> Self {
        Self {
            oldest_server: 14,
            schemas: vec!["public".to_owned()],
            tables: Vec::new(),
            makes_schemas: false,
        }
    }
}

/// A database that is fit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fit {
    /// The role that is connected.
    pub role: String,
    /// The database.
    pub database: String,
    /// The server's major version.
    pub server: u32,
    /// What the role has and does not need: `SUPERUSER`, `CREATEROLE`, … Nothing to refuse for, but to be said.
    pub more_than_needed: Vec<&'static str>,
}

impl Fit {
    /// A sentence on least privilege, where the role has more than it needs.
    pub fn advice(&self) -> Option<String> {
        let has = self.more_than_needed.join(", ");
        (!has.is_empty()).then(|| {
            format!(
                "role `{}` has {has}; CREATE on the schema and DML on its tables would be enough",
                self.role
            )
        })
    }
}

const FACTS: &str = "SELECT current_user::text AS role, current_database()::text AS database, \
     current_setting('server_version_num')::int / 10000 AS server, \
     pg_is_in_recovery() AS in_recovery, current_setting('transaction_read_only') = 'on' AS read_only, \
     current_setting('server_encoding') AS encoding, \
     rolsuper AS superuser, rolcreaterole AS createrole, rolcreatedb AS createdb, \
     rolreplication AS replication, rolbypassrls AS bypassrls, \
     has_database_privilege(current_database(), 'CREATE') AS database_create \
     FROM pg_roles WHERE rolname = current_user";

const SCHEMAS: &str = "SELECT wanted.name AS name, n.oid IS NOT NULL AS there, \
     coalesce(has_schema_privilege(n.oid, 'CREATE'), false) AS may_create, \
     coalesce(has_schema_privilege(n.oid, 'USAGE'), false) AS may_use \
     FROM unnest($1::text[]) WITH ORDINALITY AS wanted(name, place) \
     LEFT JOIN pg_namespace n ON n.nspname = wanted.name ORDER BY place";

/// `to_regclass` would not do: without the right to use a schema it fails instead of answering.
const TABLES: &str = "SELECT wanted.schema AS schema, wanted.name AS name, privilege.name AS privilege \
     FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS wanted(schema, name, place) \
     JOIN pg_namespace n ON n.nspname = wanted.schema \
     JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = wanted.name \
     CROSS JOIN unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) WITH ORDINALITY AS privilege(name, rank) \
     WHERE NOT has_table_privilege(c.oid, privilege.name) ORDER BY place, rank";

/// Asks whether the database is fit and the role has the rights that the work will need.
///
/// # Errors
///
/// [`Error::Refused`] with all that is unfit or missing; [`Error::Unanswered`] when a question fails.
pub async fn check_database(conn: &mut PgConnection, needs: &DatabaseNeeds) -> Result<Fit, Error> {
    let facts = sqlx::query(FACTS)
        .fetch_one(&mut *conn)
        .await
        .map_err(Error::Unanswered)?;
    let schemas = sqlx::query(SCHEMAS)
        .bind(&needs.schemas)
        .fetch_all(&mut *conn)
        .await
        .map_err(Error::Unanswered)?;
    let (table_schemas, table_names): (Vec<&String>, Vec<&String>) =
        needs.tables.iter().map(|(schema, name)| (schema, name)).unzip();
    let tables = sqlx::query(TABLES)
        .bind(table_schemas)
        .bind(table_names)
        .fetch_all(&mut *conn)
        .await
        .map_err(Error::Unanswered)?;
    judge(needs, &facts, &schemas, &tables).map_err(Error::Unanswered)?
}

fn judge(
    needs: &DatabaseNeeds,
    facts: &PgRow,
    schemas: &[PgRow],
    tables: &[PgRow],
) -> Result<Result<Fit, Error>, sqlx::Error> {
    let role: String = facts.try_get("role")?;
    let database: String = facts.try_get("database")?;
    let server = u32::try_from(facts.try_get::<i32, _>("server")?).unwrap_or_default();
    let mut failures = Vec::new();
    if server < needs.oldest_server {
        failures.push(Failure::OldServer {
            found: server,
            oldest: needs.oldest_server,
        });
    }
    if facts.try_get("in_recovery")? {
        failures.push(Failure::ReadOnly {
            database: database.clone(),
            reason: "the server is in recovery",
        });
    } else if facts.try_get("read_only")? {
        failures.push(Failure::ReadOnly {
            database: database.clone(),
            reason: "transactions are read-only by default",
        });
    }
    let encoding: String = facts.try_get("encoding")?;
    if encoding != "UTF8" {
        failures.push(Failure::Encoding {
            database: database.clone(),
            found: encoding,
        });
    }
    let rights = missing_rights(
        needs,
        facts.try_get("database_create")?,
        &database,
        schemas,
        tables,
    )?;
    failures.extend(rights.into_iter().map(|right| Failure::MissingRight {
        role: role.clone(),
        right,
    }));
    if !failures.is_empty() {
        return Ok(Err(Error::Refused { failures }));
    }
    let mut more_than_needed = Vec::new();
    for (column, attribute) in [
        ("superuser", "SUPERUSER"),
        ("createrole", "CREATEROLE"),
        ("createdb", "CREATEDB"),
        ("replication", "REPLICATION"),
        ("bypassrls", "BYPASSRLS"),
    ] {
        if facts.try_get(column)? {
            more_than_needed.push(attribute);
        }
    }
    Ok(Ok(Fit {
        role,
        database,
        server,
        more_than_needed,
    }))
}

fn missing_rights(
    needs: &DatabaseNeeds,
    database_create: DatabaseCreate,
    database: &str,
    schemas: &[PgRow],
    tables: &[PgRow],
) -> Result<Vec<Right>, sqlx::Error> {
    let mut missing = Vec::new();
    let mut wants_new_schemas = needs.makes_schemas;
    for row in schemas {
        let name: String = row.try_get("name")?;
        if !row.try_get::<bool, _>("there")? {
            wants_new_schemas = true;
            continue;
        }
        for (column, privilege) in [("may_use", "USAGE"), ("may_create", "CREATE")] {
            if !row.try_get::<bool, _>(column)? {
                missing.push(Right::new(
                    privilege,
                    Object::Schema(name.clone()),
                    "making objects in it",
                ));
            }
        }
    }
    if wants_new_schemas && !database_create {
        missing.insert(
            0,
            Right::new(
                "CREATE",
                Object::Database(database.to_owned()),
                "making schemas in it",
            ),
        );
    }
    for row in tables {
        let privilege: String = row.try_get("privilege")?;
        let table = Object::Table {
            schema: row.try_get("schema")?,
            name: row.try_get("name")?,
        };
        missing.push(Right::new(&privilege, table, "reading and writing its rows"));
    }
    Ok(missing)
}

/// Whether schemas may be made in the database, as the server says it.
type DatabaseCreate = bool;

/// Tells a transaction pooler from a server: through one, two connections that are open at once meet the same
/// session, because neither holds on to it between two statements.
///
/// # Errors
///
/// [`Error::Refused`] with [`Failure::TransactionPooler`]; [`Error::Unanswered`] when a question fails.
pub async fn check_no_pooler(first: &mut PgConnection, second: &mut PgConnection) -> Result<(), Error> {
    let mut pids = Vec::new();
    for conn in [first, second] {
        let row = sqlx::raw_sql("SELECT pg_backend_pid() AS pid")
            .fetch_one(conn)
            .await;
        let pid = row
            .and_then(|row| row.try_get::<i32, _>("pid"))
            .map_err(Error::Unanswered)?;
        pids.push(pid);
    }
    if pids[0] == pids[1] {
        return Err(Error::Refused {
            failures: vec![Failure::TransactionPooler],
        });
    }
    Ok(())
}
