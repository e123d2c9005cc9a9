//! What the server does with a session, seen from another one.

use sqlx::postgres::PgRow;

use super::server::text;
use crate::engine::sql::EQ;

/// What a second connection sees of the session that a message was sent to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Backend {
    /// It runs a statement.
    Runs,
    /// It waits for a message, or to be read.
    Idle,
    /// The server does not have it.
    Gone,
    /// The second connection gets no answer.
    Silent,
    /// The answer says nothing of it: the server has no room for a second connection, or refuses it.
    #[default]
    Unclear,
}

/// A question for one row about a process of the server.
///
/// The server keeps what a session does to itself where the role may not know it, or where `track_activities` is off; everybody sees
/// that it is inside a transaction. The position changes whenever the session begins or ends something, or a COPY goes on.
pub(crate) fn question(pid: &str) -> String {
    format!(
        "SELECT coalesce(a.state, '') AS state, coalesce(a.wait_event, '') AS wait_event,
                pg_catalog.concat(a.state_change, ' ', (SELECT p.bytes_processed FROM pg_catalog.pg_stat_progress_copy AS p
                    WHERE p.pid {EQ} a.pid)) AS position,
                CASE WHEN a.state {EQ} 'disabled' OR a.state IS NULL THEN EXISTS
                    (SELECT FROM pg_catalog.pg_locks AS l WHERE l.pid {EQ} a.pid AND l.locktype {EQ} 'virtualxid') END AS is_busy
         FROM pg_catalog.pg_stat_activity AS a WHERE a.pid {EQ} {pid}"
    )
}

impl Backend {
    /// From the answer to [`question`].
    pub(crate) fn of(session: Option<&PgRow>) -> Self {
        let Some(row) = session else {
            return Self::Gone;
        };
        match text(row, "state").as_str() {
            "" | "disabled" if text(row, "is_busy") == "t" => Self::Runs,
            "" | "disabled" => Self::Idle,
            state if state.starts_with("idle") => Self::Idle,
            // A COPY that waits for its data, and rows that nobody takes.
            _ if matches!(text(row, "wait_event").as_str(), "ClientRead" | "ClientWrite") => Self::Idle,
            _ => Self::Runs,
        }
    }
}
