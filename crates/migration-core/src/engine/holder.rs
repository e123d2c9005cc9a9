//! A session of the server that holds a lock which another session waits for.

use std::fmt;

use sqlx::postgres::PgRow;

use crate::{engine::connection::server::text, lex::without_literals};

/// Who holds a lock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// The server's process.
    pub pid: String,
    /// The program, as it calls itself.
    pub application: String,
    /// The role.
    pub role: String,
    /// Since when it is connected, in UTC.
    pub since: String,
    /// What it runs, its beginning, without literals.
    pub query: String,
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            pid,
            application,
            role,
            since,
            query,
        } = self;
        write!(
            f,
            "process {pid} (`{application}` as `{role}`, connected since {since} UTC) running `{query}`"
        )
    }
}

/// What is asked of `pg_stat_activity AS a` for a [`Holder`].
pub(crate) const HOLDER_COLUMNS: &str = "a.pid, a.application_name, a.usename, \
    pg_catalog.\"left\"(pg_catalog.regexp_replace(a.query, '\\s+', ' ', 'g'), 80) AS query, \
    pg_catalog.to_char(a.backend_start AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS') AS since";

pub(crate) fn holder_of(row: &PgRow) -> Holder {
    Holder {
        pid: text(row, "pid"),
        application: text(row, "application_name"),
        role: text(row, "usename"),
        since: text(row, "since"),
        query: without_literals(&text(row, "query")),
    }
}
