//! How far the start of a service is.

use std::sync::{Mutex, MutexGuard, PoisonError};

use migration_core::{Monitor, Progress, RunStatus};
use serde::Serialize;

/// How far a start is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Phase {
    /// It has not begun, or its future was dropped.
    #[default]
    NotStarted,
    /// It waits for the server, or for migrations that are applied elsewhere.
    Waiting,
    /// It applies migrations, or waits for another runner that does.
    Migrating,
    /// It compares the versions and checks the contracts.
    Checking,
    /// It is over, and the service can work.
    Started,
    /// It ended with an error.
    Failed,
}

/// The progress of one start, shared between it and the probes.
#[derive(Debug, Default)]
pub(super) struct Tracker {
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    phase: Phase,
    run: Monitor,
}

/// A start that is under way. Dropped before its end, it sets the phase back.
pub(super) struct Underway<'a>(&'a Tracker);

impl Tracker {
    /// Begins a start. What an earlier one recorded is gone.
    pub(super) fn begin(&self) -> Underway<'_> {
        *self.lock() = Known {
            phase: Phase::Waiting,
            run: Monitor::new(),
        };
        Underway(self)
    }

    pub(super) fn phase(&self) -> Phase {
        self.lock().phase
    }

    pub(super) fn run_status(&self) -> RunStatus {
        self.lock().run.status()
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Underway<'_> {
    pub(super) fn is_now(&self, phase: Phase) {
        self.0.lock().phase = phase;
    }

    pub(super) fn hear(&self, progress: &Progress) {
        self.0.lock().run.hear(progress);
    }
}

impl Drop for Underway<'_> {
    fn drop(&mut self) {
        let mut known = self.0.lock();
        if !matches!(known.phase, Phase::Started | Phase::Failed) {
            known.phase = Phase::NotStarted;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_start_that_is_dropped_is_not_under_way_any_more() {
        let tracker = Tracker::default();
        let underway = tracker.begin();
        underway.is_now(Phase::Migrating);
        underway.hear(&Progress::Planned { pending: 3 });
        assert_eq!(
            (tracker.phase(), tracker.run_status().pending),
            (Phase::Migrating, Some(3))
        );
        drop(underway);
        assert_eq!(tracker.phase(), Phase::NotStarted);
        let again = tracker.begin();
        assert_eq!(tracker.run_status().pending, None, "it begins from nothing");
        again.is_now(Phase::Started);
        drop(again);
        assert_eq!(tracker.phase(), Phase::Started);
    }
}
