//! What is tried again, and when.

use std::time::{Duration, Instant};

use rand::RngExt;

/// The first pause before a migration that met a lock is tried again, and the longest; both jittered by half.
const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// 55P03: a lock was not to be had in time; 40P01: a deadlock; 40001: a conflict of serialisable transactions.
pub(crate) fn is_passing(sqlstate: &str) -> bool {
    matches!(sqlstate, "55P03" | "40P01" | "40001")
}

/// The pauses between tries, until the time is up.
pub(crate) struct Retry {
    next: Duration,
    until: Instant,
}

impl Retry {
    pub(crate) fn new(limit: Duration) -> Self {
        Self {
            next: FIRST_PAUSE,
            until: Instant::now() + limit,
        }
    }

    /// The next pause, or nothing when it would end too late.
    pub(crate) fn pause(&mut self) -> Option<Duration> {
        let pause = self.next.mul_f64(rand::rng().random_range(0.5..1.5));
        self.next = (self.next * 2).min(LONGEST_PAUSE);
        (Instant::now() + pause < self.until).then_some(pause)
    }
}
