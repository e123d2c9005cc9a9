//! A transaction that sees the database as a consumer does.
//!
//! `SET ROLE` gives the rights of a role, not what `ALTER ROLE … SET` gave it: that is applied when the role connects.

use sqlx::{Connection, PgConnection, Postgres, Row, Transaction};

use super::ConsumerConfig;

/// Whether a transaction may write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    /// It may not.
    ReadOnly,
    /// It may, unless the role's own transactions may not.
    AsTheRole,
}

/// Ends what was done since the transaction began or was last undone, and frees its locks.
pub(super) const UNDO: &str = "ROLLBACK TO SAVEPOINT schema_contract";

/// What the consumer's role finds when it connects, by name. What only the login role finds is as the server has it.
/// Time-outs and logs change no answer.
const SETTINGS: &str = "WITH entry AS ( \
        SELECT split_part(c, '=', 1) AS name, substr(c, strpos(c, '=') + 1) AS value, \
            CASE WHEN s.setrole = r.oid THEN CASE s.setdatabase WHEN 0 THEN 2 ELSE 1 END \
                 WHEN s.setrole = 0 THEN CASE s.setdatabase WHEN 0 THEN 4 ELSE 3 END ELSE 5 END AS rank \
        FROM pg_catalog.pg_roles r, pg_catalog.pg_db_role_setting s, unnest(s.setconfig) c \
        WHERE r.rolname = $1 \
        AND s.setdatabase IN (0, (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())) \
        AND s.setrole IN (0, r.oid, (SELECT oid FROM pg_catalog.pg_roles WHERE rolname = session_user))), \
    chosen AS (SELECT DISTINCT ON (lower(name)) * FROM entry ORDER BY lower(name), rank) \
    SELECT c.name, CASE rank WHEN 5 THEN s.boot_val ELSE value END AS value \
    FROM chosen c LEFT JOIN pg_catalog.pg_settings s ON lower(s.name) = lower(c.name) \
    WHERE coalesce(s.context, 'user') IN ('user', 'superuser') \
    AND lower(c.name) <> ALL ('{role,session_authorization,client_encoding,client_min_messages}'::text[]) \
    AND lower(c.name) !~ '_timeout$|^log_|^transaction_|^default_transaction_[id]' \
    AND CASE rank WHEN 5 THEN s.boot_val ELSE value END IS NOT NULL ORDER BY lower(c.name)";

/// Begins such a transaction. All that is done and set in it ends with it.
pub(super) async fn begin<'c>(
    conn: &'c mut PgConnection,
    config: &ConsumerConfig,
    access: Access,
) -> Result<Transaction<'c, Postgres>, sqlx::Error> {
    let mut transaction = conn.begin().await?;
    let mode = match access {
        Access::ReadOnly => "SET TRANSACTION READ ONLY; SAVEPOINT schema_contract",
        Access::AsTheRole => "SET TRANSACTION READ WRITE; SAVEPOINT schema_contract",
    };
    sqlx::raw_sql(mode).execute(&mut *transaction).await?;
    if let Some(role) = &config.role {
        settings(&mut transaction, role).await?;
    }
    // The path first: a role may not be allowed to do anything.
    let sql = "SELECT pg_catalog.set_config(name, value, true) FROM (VALUES (1, 'search_path', $1), (2, 'role', $2), \
               (3, 'plan_cache_mode', 'force_generic_plan')) settings(place, name, value) WHERE value IS NOT NULL ORDER BY place";
    sqlx::query(sql)
        .bind(&config.search_path)
        .bind(&config.role)
        .persistent(false)
        .execute(&mut *transaction)
        .await?;
    let mode = match access {
        Access::AsTheRole if config.role.is_some() => {
            "SELECT pg_catalog.set_config('transaction_read_only', 'on', true) \
             WHERE pg_catalog.current_setting('default_transaction_read_only') = 'on'; SAVEPOINT schema_contract"
        }
        _ => "SAVEPOINT schema_contract",
    };
    sqlx::raw_sql(mode).execute(&mut *transaction).await?;
    Ok(transaction)
}

/// Sets what the role finds. As when it connects, what the server refuses is left as it is.
async fn settings(conn: &mut PgConnection, role: &str) -> Result<(), sqlx::Error> {
    let rows = sqlx::query(SETTINGS)
        .bind(role)
        .persistent(false)
        .fetch_all(&mut *conn)
        .await?;
    for row in rows {
        let (name, value): (String, String) = (row.try_get(0)?, row.try_get(1)?);
        let set = sqlx::query("SELECT pg_catalog.set_config($1, $2, true)")
            .bind(name)
            .bind(value)
            .persistent(false)
            .execute(&mut *conn)
            .await;
        let next = match set {
            Ok(_) => "RELEASE SAVEPOINT schema_contract; SAVEPOINT schema_contract",
            Err(sqlx::Error::Database(_)) => UNDO,
            Err(error) => return Err(error),
        };
        sqlx::raw_sql(next).execute(&mut *conn).await?;
    }
    Ok(())
}
