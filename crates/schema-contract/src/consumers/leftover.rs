//! What a rolled-back transaction leaves behind: advisory locks, prepared statements, and the values that sequences gave away.

use std::collections::HashMap;

use sqlx::{AssertSqlSafe, PgConnection, Row, postgres::types::Oid};

/// How a session stood before anything was asked.
pub(super) struct Before {
    /// What would undo each advisory lock and prepared statement that was there.
    held: Vec<String>,
    /// The state of each sequence, where queries are run.
    sequences: Vec<Sequence>,
}

#[derive(Debug, PartialEq, Eq)]
struct Sequence {
    oid: u32,
    last_value: i64,
    is_called: bool,
}

/// Each advisory lock and prepared statement of this session, as what undoes it.
const HELD: &str = "SELECT format('SELECT pg_catalog.pg_advisory_unlock%s(%s)', \
        CASE mode WHEN 'ShareLock' THEN '_shared' END, \
        CASE objsubid WHEN 1 THEN ((classid::int8 << 32) | objid::int8)::text \
                      ELSE format('%s, %s', classid::int4, objid::int4) END) \
    FROM pg_catalog.pg_locks WHERE locktype = 'advisory' AND pid = pg_catalog.pg_backend_pid() AND granted \
    UNION SELECT format('DEALLOCATE %I', name) FROM pg_catalog.pg_prepared_statements";

const SEQUENCES: &str = "SELECT c.oid, format('%I.%I', n.nspname, c.relname) FROM pg_catalog.pg_class c \
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.relpersistence <> 't' \
    AND CASE c.relkind WHEN 'S' THEN pg_catalog.has_sequence_privilege(c.oid, 'SELECT') END ORDER BY 1";

/// So many sequences are read by one statement: each takes a lock.
const AT_ONCE: usize = 500;

impl Before {
    /// Looks at the session, and with `sequences` at those of the database.
    pub(super) async fn read(conn: &mut PgConnection, sequences: Sequences) -> Result<Self, sqlx::Error> {
        Ok(Self {
            held: held(conn).await?,
            sequences: match sequences {
                Sequences::Kept => read_sequences(conn).await?,
                Sequences::Untouched => Vec::new(),
            },
        })
    }

    /// Undoes what came since.
    pub(super) async fn restore(self, conn: &mut PgConnection) -> Result<(), sqlx::Error> {
        for undo in held(conn).await? {
            if !self.held.contains(&undo) {
                free(conn, &undo).await?;
            }
        }
        if self.sequences.is_empty() {
            return Ok(());
        }
        let before: HashMap<u32, Sequence> = self.sequences.into_iter().map(|one| (one.oid, one)).collect();
        for now in read_sequences(conn).await? {
            if let Some(before) = before.get(&now.oid).filter(|before| **before != now) {
                sqlx::query("SELECT pg_catalog.setval($1::pg_catalog.oid::pg_catalog.regclass, $2, $3)")
                    .bind(Oid(before.oid))
                    .bind(before.last_value)
                    .bind(before.is_called)
                    .persistent(false)
                    .execute(&mut *conn)
                    .await?;
            }
        }
        Ok(())
    }
}

/// Whether sequences are set back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sequences {
    /// They are.
    Kept,
    /// Nothing draws from them.
    Untouched,
}

async fn held(conn: &mut PgConnection) -> Result<Vec<String>, sqlx::Error> {
    let rows = sqlx::raw_sql(HELD).fetch_all(conn).await?;
    rows.iter().map(|row| row.try_get(0)).collect()
}

/// Undoes one. A lock that was taken several times is held until each is given back.
async fn free(conn: &mut PgConnection, undo: &str) -> Result<(), sqlx::Error> {
    loop {
        let row = sqlx::raw_sql(AssertSqlSafe(undo))
            .fetch_optional(&mut *conn)
            .await?;
        let gave_back = row.is_some_and(|row| row.try_get(0).is_ok_and(|gave_back| gave_back));
        if !gave_back || !held(conn).await?.iter().any(|held| held == undo) {
            return Ok(());
        }
    }
}

async fn read_sequences(conn: &mut PgConnection) -> Result<Vec<Sequence>, sqlx::Error> {
    let mut sequences = Vec::new();
    for rows in sqlx::raw_sql(SEQUENCES)
        .fetch_all(&mut *conn)
        .await?
        .chunks(AT_ONCE)
    {
        let mut selects = Vec::new();
        for row in rows {
            let (Oid(oid), name): (Oid, String) = (row.try_get(0)?, row.try_get(1)?);
            selects.push(format!(
                "SELECT '{oid}'::pg_catalog.oid, last_value, is_called FROM {name}"
            ));
        }
        let sql = selects.join(" UNION ALL ");
        for row in sqlx::raw_sql(AssertSqlSafe(sql)).fetch_all(&mut *conn).await? {
            let Oid(oid) = row.try_get(0)?;
            sequences.push(Sequence {
                oid,
                last_value: row.try_get(1)?,
                is_called: row.try_get(2)?,
            });
        }
    }
    Ok(sequences)
}
