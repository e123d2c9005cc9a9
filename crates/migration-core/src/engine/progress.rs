//! What happens during a run, as it happens.

use crate::{Applied, Holder, Undone};
use std::time::Duration;

/// Something that happened during a run.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Progress {
    /// How many migrations will run. Comes once, before the first.
    Planned {
        /// How many.
        pending: usize,
    },
    /// Another runner has the lock.
    Waiting {
        /// Who, where the server shows it.
        holder: Option<Holder>,
        /// For how long so far.
        waited: Duration,
    },
    /// A migration ran.
    Applied(Applied),
    /// A migration was undone.
    Undone(Undone),
    /// A step of a migration that runs without a transaction is done.
    Step {
        /// The migration.
        file: String,
        /// The step, counted from 1.
        step: usize,
        /// Of how many.
        of: usize,
    },
    /// A statement waits for a lock.
    Blocked {
        /// The migration, or the first of those in the message.
        file: String,
        /// Who holds it.
        by: Vec<Holder>,
    },
    /// An index is being built.
    Building {
        /// The migration.
        file: String,
        /// How far it is.
        index: IndexBuild,
    },
    /// A migration met a lock and will be tried again.
    Retrying {
        /// The migration.
        file: String,
        /// What the server said.
        sqlstate: String,
        /// After which pause.
        pause: Duration,
    },
    /// A migration gave the lock away. It was taken again, and the ledger said what it had said before.
    LockTakenAgain {
        /// The migration that ran last; nothing where none ran yet.
        file: Option<String>,
    },
    /// A migration has a date or a time that reads otherwise under other settings, and what the server says of them cannot be read: only
    /// its files do, and the role may not see them. The values are those of the driver: `UTC` and `ISO, MDY`.
    SettingsUnread {
        /// The settings: `timezone`, `datestyle`.
        settings: Vec<&'static str>,
        /// The first such migration.
        file: String,
    },
    /// An index that an interrupted build had left INVALID was dropped, to be built again.
    InvalidIndexDropped {
        /// The index, qualified.
        index: String,
    },
}

/// How far the building of an index is, as `pg_stat_progress_create_index` has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexBuild {
    /// What it does now, in the server's words: `building index: scanning table`.
    pub phase: String,
    /// Blocks or tuples done.
    pub done: u64,
    /// Of how many; zero where the server does not know.
    pub total: u64,
}

/// Where progress goes.
pub(crate) type Listener<'l> = dyn FnMut(Progress) + Send + 'l;
