//! Whether to try again after an attempt that failed, and when. A function of what was met and of the time.

use std::time::Duration;

use crate::{Backoff, Class, Verdict, backoff::Delays};

/// What a wait ran out of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// So many attempts.
    Attempts(u32),
    /// So much time.
    Deadline(Duration),
    /// The short while that a name may take to resolve.
    Grace(Duration),
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Next {
    Pause(Duration),
    /// Waiting cannot help.
    Stop,
    GiveUp(Limit),
}

pub(crate) struct Schedule {
    delays: Delays,
    attempts_left: u32,
    attempts: u32,
    deadline: Duration,
    attempt_timeout: Duration,
    grace: Duration,
}

impl Schedule {
    pub(crate) fn new(backoff: &Backoff) -> Self {
        Self {
            delays: backoff.delays(),
            attempts_left: backoff.attempts,
            attempts: backoff.attempts,
            deadline: backoff.deadline,
            attempt_timeout: backoff.attempt_timeout,
            grace: backoff.dns_grace,
        }
    }

    /// After an attempt that met this class, so long after the start of the wait, and so long after the class was
    /// first met in a row.
    pub(crate) fn after(&mut self, class: &Class, elapsed: Duration, in_a_row: Duration) -> Next {
        self.attempts_left = self.attempts_left.saturating_sub(1);
        match class.verdict {
            Verdict::Stop => return Next::Stop,
            Verdict::Briefly if in_a_row >= self.grace => return Next::GiveUp(Limit::Grace(self.grace)),
            Verdict::Briefly | Verdict::Retry => {}
        }
        if self.attempts_left == 0 {
            return Next::GiveUp(Limit::Attempts(self.attempts));
        }
        // The last attempt is begun early enough to be answered before the deadline.
        let reserve = self.attempt_timeout.min(self.deadline / 10);
        let left = self.deadline.saturating_sub(elapsed).saturating_sub(reserve);
        if left.is_zero() {
            return Next::GiveUp(Limit::Deadline(self.deadline));
        }
        let delay = self.delays.next().unwrap_or(self.deadline);
        let delay = delay.min(left);
        match class.verdict {
            Verdict::Briefly => Next::Pause(delay.min(self.grace.saturating_sub(in_a_row))),
            Verdict::Retry | Verdict::Stop => Next::Pause(delay),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn schedule(change: impl FnOnce(&mut Backoff)) -> Schedule {
        let mut backoff = Backoff {
            jitter: 0.0,
            ..Backoff::default()
        };
        change(&mut backoff);
        Schedule::new(&backoff)
    }

    /// Runs the schedule against a server that never becomes ready and answers at once; gives the pauses and the end.
    fn run(mut schedule: Schedule, class: &Class) -> (Vec<u128>, Next) {
        let mut elapsed = Duration::ZERO;
        let mut pauses = Vec::new();
        loop {
            match schedule.after(class, elapsed, elapsed) {
                Next::Pause(pause) => {
                    elapsed += pause;
                    pauses.push(u128::from(pause.as_secs()));
                }
                end => return (pauses, end),
            }
        }
    }

    #[test]
    fn what_cannot_pass_stops_at_the_first_attempt() {
        assert_eq!(run(schedule(|_| ()), Class::WRONG_PASSWORD), (vec![], Next::Stop));
    }

    #[test]
    fn by_default_the_deadline_comes_before_the_attempts_are_used_up() {
        let (pauses, end) = run(schedule(|_| ()), Class::REFUSED);
        assert_eq!(pauses, [1, 2, 4, 8, 16, 30, 30, 30, 30, 30, 30, 30, 30, 19]);
        assert_eq!(end, Next::GiveUp(Limit::Deadline(300 * SECOND)));
    }

    #[test]
    fn sixty_attempts_are_the_end_when_time_is_left() {
        let (pauses, end) = run(schedule(|b| b.deadline = 100_000 * SECOND), Class::REFUSED);
        assert_eq!((pauses.len(), end), (59, Next::GiveUp(Limit::Attempts(60))));
    }

    #[test]
    fn a_name_that_does_not_resolve_is_given_a_short_while() {
        let (pauses, end) = run(schedule(|_| ()), Class::UNKNOWN_HOST);
        assert_eq!(
            (pauses.iter().sum::<u128>(), end),
            (20, Next::GiveUp(Limit::Grace(20 * SECOND)))
        );
    }

    #[test]
    fn a_single_attempt_has_no_pause() {
        assert_eq!(
            run(Schedule::new(&Backoff::once()), Class::REFUSED),
            (vec![], Next::GiveUp(Limit::Attempts(1)))
        );
    }
}
