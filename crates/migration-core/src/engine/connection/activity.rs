//! What is seen of a statement that takes its time: who blocks it, and how far the building of an index is.

use sqlx::postgres::PgRow;

use super::server::{number, text};
use crate::{
    Holder, IndexBuild, Progress,
    engine::{
        holder::{HOLDER_COLUMNS, holder_of},
        progress::Listener,
        sql::{EQ, GT},
    },
};

/// What is seen of a statement that takes its time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Activity {
    /// Who holds the lock it waits for.
    pub(crate) blockers: Vec<Holder>,
    /// How far the building of an index is.
    pub(crate) index: Option<IndexBuild>,
}

impl Activity {
    /// Two questions about a process of the server.
    pub(crate) fn question(pid: &str) -> String {
        format!(
            "SELECT {HOLDER_COLUMNS} FROM pg_catalog.pg_stat_activity AS a WHERE a.pid {EQ} ANY (pg_catalog.pg_blocking_pids({pid}));
             SELECT phase, CASE WHEN blocks_total {GT} 0 THEN blocks_done ELSE tuples_done END AS done,
                    CASE WHEN blocks_total {GT} 0 THEN blocks_total ELSE tuples_total END AS total
             FROM pg_catalog.pg_stat_progress_create_index WHERE pid {EQ} {pid}"
        )
    }

    /// From the answers to [`Self::question`].
    pub(crate) fn of(results: &[Vec<PgRow>]) -> Self {
        let count = |row, column| {
            number(row, column)
                .and_then(|count| u64::try_from(count).ok())
                .unwrap_or(0)
        };
        Self {
            blockers: results.first().into_iter().flatten().map(holder_of).collect(),
            index: results
                .get(1)
                .and_then(|rows| rows.first())
                .map(|row| IndexBuild {
                    phase: text(row, "phase"),
                    done: count(row, "done"),
                    total: count(row, "total"),
                }),
        }
    }

    /// Tells what is new since the last look.
    pub(crate) fn tell(&self, before: &Self, file: &str, progress: &mut Listener<'_>) {
        if !self.blockers.is_empty() && self.blockers != before.blockers {
            progress(Progress::Blocked {
                file: file.to_owned(),
                by: self.blockers.clone(),
            });
        }
        if let Some(index) = &self.index
            && self.index != before.index
        {
            progress(Progress::Building {
                file: file.to_owned(),
                index: index.clone(),
            });
        }
    }
}
