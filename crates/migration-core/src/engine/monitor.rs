//! How far a run is, to be asked while it goes on: for the probes of a service that migrates when it starts.
//!
//! Out of scope: judging silence. One statement may take hours, and a run that waits for it is well.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use crate::Progress;
use serde::Serialize;

/// Takes progress in on one side, and answers on the other. Clones share what they know.
#[derive(Debug, Clone, Default)]
pub struct Monitor {
    known: Arc<Mutex<Known>>,
}

#[derive(Debug, Default)]
struct Known {
    phase: Phase,
    applied: usize,
    pending: Option<usize>,
    at: Option<String>,
    heard: Option<Instant>,
}

/// How far a run is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RunStatus {
    /// What it does.
    pub phase: Phase,
    /// How many migrations it applied so far.
    pub applied: usize,
    /// How many it set out to apply, once that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pending: Option<usize>,
    /// What it is at, for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    /// How long ago it was last heard of; nothing before it began.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quiet_for: Option<Duration>,
}

/// What a run does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Phase {
    /// Nothing that was heard of: it has not begun, or there is nothing to do.
    #[default]
    Idle,
    /// It waits for another runner.
    Waiting,
    /// It applies migrations.
    Applying,
}

impl Monitor {
    /// Nothing heard of yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Where a run's progress goes: hand it to [`crate::apply`].
    pub fn listener(&self) -> impl FnMut(Progress) + Send + 'static {
        let monitor = self.clone();
        move |progress| monitor.hear(&progress)
    }

    /// How far the run is.
    pub fn status(&self) -> RunStatus {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        RunStatus {
            phase: known.phase,
            applied: known.applied,
            pending: known.pending,
            at: known.at.clone(),
            quiet_for: known.heard.map(|heard| heard.elapsed()),
        }
    }

    /// Takes one piece of progress in, for a caller that listens itself too.
    pub fn hear(&self, progress: &Progress) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.heard = Some(Instant::now());
        match progress {
            Progress::Planned { pending } => {
                known.phase = Phase::Applying;
                known.pending = Some(*pending);
                known.at = None;
            }
            Progress::Waiting { holder, .. } => {
                known.phase = Phase::Waiting;
                known.at = Some(match holder {
                    Some(holder) => format!("waiting for {holder}"),
                    None => "waiting for another runner".to_owned(),
                });
            }
            Progress::Applied(one) => {
                known.applied += 1;
                known.at = Some(format!("applied `{}`", one.file));
            }
            Progress::Step { file, step, of } => {
                known.at = Some(format!("step {step} of {of} of `{file}` is done"));
            }
            Progress::Retrying { file, sqlstate, .. } => {
                known.at = Some(format!("`{file}` met a lock ({sqlstate}) and is tried again"));
            }
            Progress::Blocked { file, by } => {
                let by: Vec<_> = by.iter().map(ToString::to_string).collect();
                known.at = Some(format!("`{file}` waits for {}", by.join(" and ")));
            }
            Progress::Building { file, index } => {
                let percent = index.done.saturating_mul(100).checked_div(index.total);
                let far = percent.map(|percent| format!(", {percent}%")).unwrap_or_default();
                known.at = Some(format!("`{file}`: {}{far}", index.phase));
            }
            Progress::LockTakenAgain { file } => {
                let by = file
                    .as_deref()
                    .map(|file| format!(" after `{file}` gave it away"));
                known.at = Some(format!("took the lock again{}", by.unwrap_or_default()));
            }
            Progress::InvalidIndexDropped { index } => {
                known.at = Some(format!("dropped `{index}`, which was INVALID"));
            }
            Progress::Undone(_) | Progress::SettingsUnread { .. } => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Applied, Mode};

    fn applied(file: &str) -> Progress {
        Progress::Applied(Applied {
            component: "app".into(),
            version: "1".into(),
            file: file.into(),
            applied_at: String::new(),
            duration: Duration::ZERO,
            mode: Mode::Transactional,
        })
    }

    #[test]
    fn a_run_is_followed_from_waiting_to_its_last_migration() {
        let monitor = Monitor::new();
        let of = |monitor: &Monitor| {
            let status = monitor.status();
            (status.phase, status.applied, status.pending)
        };
        assert_eq!(of(&monitor), (Phase::Idle, 0, None));
        assert_eq!(monitor.status().quiet_for, None);
        let mut listen = monitor.listener();
        listen(Progress::Waiting {
            holder: None,
            waited: Duration::ZERO,
        });
        assert_eq!(of(&monitor), (Phase::Waiting, 0, None));
        assert_eq!(monitor.status().at.unwrap(), "waiting for another runner");
        listen(Progress::Planned { pending: 2 });
        listen(applied("0001_a.sql"));
        assert_eq!(of(&monitor), (Phase::Applying, 1, Some(2)));
        assert_eq!(monitor.status().at.unwrap(), "applied `0001_a.sql`");
        listen(Progress::Step {
            file: "0002_b.sql".into(),
            step: 1,
            of: 3,
        });
        assert_eq!(
            monitor.status().at.unwrap(),
            "step 1 of 3 of `0002_b.sql` is done"
        );
        listen(Progress::Building {
            file: "0002_b.sql".into(),
            index: crate::IndexBuild {
                phase: "building index: scanning table".into(),
                done: 30,
                total: 40,
            },
        });
        assert_eq!(
            monitor.status().at.unwrap(),
            "`0002_b.sql`: building index: scanning table, 75%"
        );
        listen(applied("0002_b.sql"));
        assert_eq!(of(&monitor), (Phase::Applying, 2, Some(2)));
        assert!(monitor.status().quiet_for.is_some());
    }
}
