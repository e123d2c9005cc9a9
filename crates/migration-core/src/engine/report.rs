//! What a run did, as data.

use std::time::Duration;

use crate::Mode;

/// What [`crate::apply`] did.
#[derive(Debug, Clone, Default)]
pub struct ApplyReport {
    /// Migrations in all folders, those left out included.
    pub total: usize,
    /// What ran, in order.
    pub applied: Vec<Applied>,
    /// How many the ledger already had.
    pub already: usize,
    /// What may not run in this environment.
    pub skipped: Vec<Omitted>,
    /// Rows whose checksum was replaced, since only comments or line ends had changed.
    pub restamped: Vec<String>,
}

/// A migration that ran.
#[derive(Debug, Clone)]
pub struct Applied {
    /// Its component.
    pub component: String,
    /// Its version, as it stands in the name.
    pub version: String,
    /// What the ledger calls it.
    pub file: String,
    /// When it was done, by the server's clock, in UTC: `2026-11-02T10:14:00.000Z`.
    pub applied_at: String,
    /// How long it took, by the server's clock.
    pub duration: Duration,
    /// How it ran.
    pub mode: Mode,
}

/// A migration that may not run here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Omitted {
    /// Its component.
    pub component: String,
    /// What the ledger would call it.
    pub file: String,
    /// Why.
    pub why: String,
}

/// What [`crate::rollback`] did.
#[derive(Debug, Clone, Default)]
pub struct RollbackReport {
    /// What was undone, in that order.
    pub undone: Vec<Undone>,
    /// The migration at which it ended for want of a down script.
    pub stopped_at: Option<String>,
}

/// A migration that was undone.
#[derive(Debug, Clone)]
pub struct Undone {
    /// Its component.
    pub component: String,
    /// Its version.
    pub version: String,
    /// What the ledger called it.
    pub file: String,
    /// How long it took, as the runner saw it.
    pub duration: Duration,
}
