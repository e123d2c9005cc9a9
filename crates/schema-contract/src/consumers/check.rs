//! Checks the queries of a consumer without a change to the database.
//!
//! A query is parsed alone before it is a part of any other text: only then is it known to be one statement.

use sqlx::{Connection, PgConnection};

use super::{
    ConsumerConfig, Execution, Finding, Query,
    asked::Asked,
    leftover::{Before, Sequences},
    session::{self, Access},
};
use crate::Error;

/// Checks a consumer's queries against a database, and gives what is wrong with them. Nothing is changed: each query is parsed
/// alone and planned in a transaction that only reads; what runs is rolled back, and settings, sequences and advisory locks are
/// those of before afterwards. One round trip for each query and one for 25 of them, one more with a record of what it was
/// compiled against.
///
/// # Errors
///
/// [`Error::Read`] if the database cannot be asked at all, such as a role that does not exist (SQLSTATE 22023).
pub async fn check(
    conn: &mut PgConnection,
    config: &ConsumerConfig,
    queries: &[Query],
) -> Result<Vec<Finding>, Error> {
    if queries.is_empty() {
        return Ok(Vec::new());
    }
    let mut asked = Asked::new(config, queries);
    let checked = ask(conn, config, &mut asked).await;
    checked.map_err(|source| Error::Read { source })?;
    Ok(asked.findings())
}

async fn ask(
    conn: &mut PgConnection,
    config: &ConsumerConfig,
    asked: &mut Asked<'_>,
) -> Result<(), sqlx::Error> {
    // A statement prepared before the schema changed would still be described as it was then.
    conn.clear_cached_statements().await?;
    let sequences = match config.execution {
        Execution::Never => Sequences::Untouched,
        Execution::RolledBack => Sequences::Kept,
    };
    let before = Before::read(conn, sequences).await?;
    let asked = in_transactions(conn, config, asked).await;
    let restored = async {
        conn.clear_cached_statements().await?;
        before.restore(conn).await
    };
    let restored = restored.await;
    asked.and(restored)
}

/// Looks in a transaction that only reads, and runs in one that is rolled back too.
async fn in_transactions(
    conn: &mut PgConnection,
    config: &ConsumerConfig,
    asked: &mut Asked<'_>,
) -> Result<(), sqlx::Error> {
    let mut transaction = session::begin(conn, config, Access::ReadOnly).await?;
    let looked = asked.look(&mut transaction).await;
    let ended = transaction.rollback().await;
    looked.and(ended)?;
    if config.execution == Execution::Never {
        return Ok(());
    }
    let mut transaction = session::begin(conn, config, Access::AsTheRole).await?;
    let ran = asked.run(&mut transaction).await;
    let ended = transaction.rollback().await;
    ran.and(ended)
}
