//! A fingerprint of a whole database's schema: cheap enough to take after every migration.
//!
//! It covers names, kinds, flags, rights, sources and comments as the catalogs store them. Left out on purpose: expressions
//! (defaults, checks, predicates, views) and everything that has to be looked up elsewhere; a [`snapshot`](crate::snapshot)
//! has them. One pass over each catalog, no joins: right after DDL every look-up is a miss, and a join costs ten times as much.

use sqlx::{PgConnection, Row};

use crate::Error;

/// Of each catalog the rows that users made, and what of them stays the same when they are made again: no object ids, and no
/// names with such ids in them (TOAST tables, triggers of foreign keys).
const CATALOGS: [(&str, &str, &str); 13] = [
    ("pg_namespace", "nspname, nspacl", "oid >= 16384"),
    (
        "pg_class",
        "relname, relkind, relpersistence, relrowsecurity, relforcerowsecurity, relreplident, relispartition, reloptions, relacl",
        "oid >= 16384 AND relnamespace <> 99",
    ),
    (
        "pg_attribute",
        "attname, atttypmod, attnotnull, attidentity, attgenerated, atthasdef, attacl, nullif(atttypid >= 16384, false), \
         CASE WHEN atttypid < 16384 THEN atttypid END",
        "attrelid >= 16384 AND attnum > 0 AND NOT attisdropped",
    ),
    (
        "pg_constraint",
        "conname, contype, convalidated, condeferrable, condeferred, confupdtype, confdeltype",
        "oid >= 16384",
    ),
    (
        "pg_index",
        "indisunique, indisvalid, indnatts, indnkeyatts, indoption",
        "indexrelid >= 16384",
    ),
    ("pg_trigger", "tgname, tgtype, tgenabled", "NOT tgisinternal"),
    ("pg_policy", "polname, polcmd, polpermissive", "true"),
    (
        "pg_proc",
        "proname, pronargs, prosrc, prosecdef, provolatile, proconfig, proacl",
        "oid >= 16384",
    ),
    (
        "pg_type",
        "typname, typtype, typnotnull, typdefault",
        "oid >= 16384 AND typtype IN ('e', 'd', 'r', 'm')",
    ),
    ("pg_enum", "enumlabel", "true"),
    (
        "pg_description",
        "classoid, objsubid > 0, description",
        "objoid >= 16384",
    ),
    ("pg_extension", "extname, extversion", "true"),
    ("pg_rewrite", "rulename, ev_type, ev_enabled", "oid >= 16384"),
];

/// A text that is the same for equal schemas, and for unequal ones nearly always another.
///
/// # Errors
///
/// [`Error::Read`] with what the server said.
pub async fn fingerprint(conn: &mut PgConnection) -> Result<String, Error> {
    // Sums of hashes need no order.
    let parts = CATALOGS.map(|(catalog, columns, condition)| {
        format!(
            "(SELECT count(*) || '.' || coalesce(sum(hashtext(concat_ws('|', {columns}))), 0) FROM pg_catalog.{catalog} WHERE {condition})"
        )
    });
    let statement = format!("SELECT concat_ws(' ', {})", parts.join(", "));
    let rows = sqlx::raw_sql(sqlx::AssertSqlSafe(statement))
        .fetch_all(conn)
        .await;
    let first = rows.and_then(|rows| {
        rows.first()
            .map_or(Ok(String::new()), |row| row.try_get_unchecked(0))
    });
    first.map_err(|source| Error::Read { source })
}
