//! The fingerprint of a whole database's schema, as a text.

use sqlx::{AssertSqlSafe, PgConnection};

use super::{
    tracker::{Fingerprints, failed},
    value::Fingerprint,
};
use crate::{Error, Scope};

/// The fingerprint of a whole database's schema, as a text.
///
/// # Errors
///
/// [`Error::Read`] with what the server said.
pub async fn fingerprint(conn: &mut PgConnection) -> Result<String, Error> {
    const NAMES: [&str; 3] = ["search_path", "plan_cache_mode", "jit"];
    let before =
        sqlx::query_scalar("SELECT ARRAY(SELECT current_setting(name) FROM unnest($1) name)").bind(NAMES);
    let before: Vec<String> = before.fetch_one(&mut *conn).await.map_err(failed)?;
    let first = whole(conn).await;
    let restored = sqlx::query("SELECT set_config(name, value, false) FROM unnest($1, $2) x (name, value)");
    let restored = restored.bind(NAMES).bind(before).execute(&mut *conn).await;
    restored.map_err(failed)?;
    let (fingerprints, first) = first?;
    let forget = sqlx::raw_sql(AssertSqlSafe(fingerprints.deallocate()));
    forget.execute(conn).await.map_err(failed)?;
    let rest = first.usual.wrapping_add(first.outside.unwrap_or_default());
    Ok(format!("{:016x}{rest:016x}", first.extensions))
}

async fn whole(conn: &mut PgConnection) -> Result<(Fingerprints, Fingerprint), Error> {
    let (mut fingerprints, _) = Fingerprints::start(conn, &Scope::default()).await?;
    let first = fingerprints.whole(conn).await?;
    Ok((fingerprints, first))
}
