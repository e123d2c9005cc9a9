//! Looks up what a statement names and the server does not look up before it runs it.

use sqlx::{PgConnection, Row};

use super::named::{Named, Need};

/// The SQLSTATE of a missing right.
pub(super) const DENIED: &str = "42501";

/// What is wrong with a name.
pub(super) struct Fault {
    pub(super) message: String,
    pub(super) sqlstate: &'static str,
}

/// Who refreshes has to own it before 17, where `MAINTAIN` came.
const RELATION: &str = "SELECT c.relkind::text, \
        CASE WHEN c.oid IS NULL OR $2 = '' THEN true \
            WHEN $2 = 'OWNER' THEN pg_catalog.pg_has_role(c.relowner, 'USAGE') \
            ELSE pg_catalog.has_table_privilege(c.oid, $2) \
            OR CASE WHEN $2 IN ('INSERT', 'SELECT') THEN pg_catalog.has_any_column_privilege(c.oid, $2) ELSE false END END, \
        EXISTS (SELECT FROM pg_catalog.pg_index i WHERE i.indrelid = c.oid AND i.indisunique AND i.indisvalid \
            AND i.indpred IS NULL AND i.indexprs IS NULL), \
        ARRAY(SELECT wanted FROM unnest($3) wanted WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_attribute a \
            WHERE a.attrelid = c.oid AND a.attname = wanted AND NOT a.attisdropped)) \
    FROM (SELECT pg_catalog.to_regclass($1) AS oid) named LEFT JOIN pg_catalog.pg_class c ON c.oid = named.oid";

const ROUTINE: &str =
    "SELECT coalesce(pg_catalog.has_function_privilege(pg_catalog.to_regproc($1), 'EXECUTE'), true)";

/// What is wrong with a name, seen with the rights of the session.
///
/// # Errors
///
/// The server's, such as 42501 for a schema that the role may not look into.
pub(super) async fn fault(conn: &mut PgConnection, named: &Named) -> Result<Option<Fault>, sqlx::Error> {
    if named.need == Need::Call {
        let allowed: bool = sqlx::query_scalar(ROUTINE)
            .bind(&named.name)
            .persistent(false)
            .fetch_one(conn)
            .await?;
        return Ok((!allowed).then(|| denied("function", &named.name)));
    }
    let privilege = match named.need {
        Need::Select => "SELECT",
        Need::Insert => "INSERT",
        Need::Truncate => "TRUNCATE",
        Need::Lock => "SELECT, INSERT, UPDATE, DELETE, TRUNCATE",
        Need::Refresh | Need::RefreshConcurrently => {
            let has_maintain = conn
                .server_version_num()
                .is_some_and(|version| version >= 170_000);
            if has_maintain { "MAINTAIN" } else { "OWNER" }
        }
        Need::Exists | Need::Call => "",
    };
    let row = sqlx::query(RELATION)
        .bind(&named.name)
        .bind(privilege)
        .bind(&named.columns)
        .persistent(false)
        .fetch_one(conn)
        .await?;
    let Some(kind) = row.try_get(0)? else {
        return Ok(Some(Fault {
            message: format!("relation \"{}\" does not exist", shown(&named.name)),
            sqlstate: "42P01",
        }));
    };
    let relation = Relation {
        kind,
        is_allowed: row.try_get(1)?,
        has_key: row.try_get(2)?,
        missing: row.try_get(3)?,
    };
    Ok(relation.fault(named))
}

struct Relation {
    kind: String,
    is_allowed: bool,
    /// Whether it has a unique index over all rows.
    has_key: bool,
    missing: Vec<String>,
}

impl Relation {
    fn fault(&self, named: &Named) -> Option<Fault> {
        let name = shown(&named.name);
        let fault = |message, sqlstate| Some(Fault { message, sqlstate });
        if let Some(column) = self.missing.first() {
            let message = format!("column \"{column}\" of relation \"{name}\" does not exist");
            return fault(message, "42703");
        }
        let of_another_kind = match named.need {
            Need::Refresh | Need::RefreshConcurrently if self.kind != "m" => Some("a materialized view"),
            Need::Truncate if !matches!(&*self.kind, "r" | "p" | "f") => Some("a table"),
            _ => None,
        };
        if let Some(wanted) = of_another_kind {
            return fault(format!("\"{name}\" is not {wanted}"), "42809");
        }
        if !self.is_allowed {
            return Some(denied("relation", &named.name));
        }
        if named.need == Need::RefreshConcurrently && !self.has_key {
            let message =
                format!("cannot refresh materialized view \"{name}\" concurrently: it has no unique index");
            return fault(message, "55000");
        }
        None
    }
}

fn denied(what: &str, name: &str) -> Fault {
    Fault {
        message: format!("permission denied for {what} {}", shown(name)),
        sqlstate: DENIED,
    }
}

/// A name without the quotes round a single part, as the server shows it.
fn shown(name: &str) -> &str {
    let inner = name.strip_prefix('"').and_then(|name| name.strip_suffix('"'));
    inner.filter(|inner| !inner.contains('"')).unwrap_or(name)
}
