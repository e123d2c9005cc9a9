//! Which refusals are tried again (lock time-outs, deadlocks), for how long and with which pauses. The executor does the retrying.

use std::time::{Duration, Instant};

use rand::RngExt;

/// The first pause before a migration that met a lock is tried again, and the longest; both jittered by half.
const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// 55P03: a lock was not to be had in time; 40P01: a deadlock; 40001: a conflict of serialisable transactions.
pub(crate) fn is_passing(sqlstate: &str) -> bool {
    matches!(sqlstate, "55P03" | "40P01" | "40001")
}

/// The pauses between tries, until the time is up. It runs from the first failure on: what a statement did before that, for however
/// long, is not a retry.
pub(crate) struct Retry {
    next: Duration,
    limit: Duration,
    until: Option<Instant>,
}

impl Retry {
    pub(crate) fn new(limit: Duration) -> Self {
        Self {
            next: FIRST_PAUSE,
            limit,
            until: None,
        }
    }

    /// The next pause, or nothing when it would end too late.
    pub(crate) fn pause(&mut self) -> Option<Duration> {
        let now = Instant::now();
        let until = *self.until.get_or_insert(now + self.limit);
        let pause = self.next.mul_f64(rand::rng().random_range(0.5..1.5));
        self.next = (self.next * 2).min(LONGEST_PAUSE);
        (now + pause < until).then_some(pause)
    }
}

/// How often a lock that was lost is taken again for the same message: a server on which that does not help is not asked for ever.
#[derive(Debug, Default)]
pub(crate) struct Tries(u8);

impl Tries {
    pub(crate) fn another(&mut self) -> bool {
        self.0 += 1;
        self.0 <= 3
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_the_longest_each_jittered() {
        let mut retry = Retry::new(Duration::from_secs(3600));
        let pauses: Vec<_> = (0..12).filter_map(|_| retry.pause()).collect();
        assert_eq!(pauses.len(), 12);
        assert!(
            pauses[0] >= FIRST_PAUSE / 2 && pauses[0] < FIRST_PAUSE * 3 / 2,
            "{pauses:?}"
        );
        assert!(
            pauses[11] >= LONGEST_PAUSE / 2 && pauses[11] < LONGEST_PAUSE * 3 / 2,
            "{pauses:?}"
        );
    }

    #[test]
    fn the_time_runs_from_the_first_failure_on() {
        let mut retry = Retry::new(Duration::from_millis(400));
        // A statement that ran for longer than the limit before it met a lock.
        std::thread::sleep(Duration::from_millis(410));
        assert!(retry.pause().is_some());
        std::thread::sleep(Duration::from_millis(410));
        assert!(retry.pause().is_none());
        assert!(Retry::new(Duration::ZERO).pause().is_none());
    }
}
