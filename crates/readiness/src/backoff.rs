//! How long to wait between attempts, and how long altogether.
//!
//! The formula is `min(base × 2^attempt, max) + random × jitter × delay`. It is written out here because the kept
//! backoff crates draw their jitter from the whole delay; the random numbers come from `rand`, from a seed where
//! one is given. Left out on purpose: sleeping. This file is a function of its arguments.

use std::time::Duration;

use rand::{RngExt, SeedableRng, rngs::StdRng};

/// Pauses and limits of a wait.
#[derive(Debug, Clone, PartialEq)]
pub struct Backoff {
    /// The pause after the first attempt; each one after it is twice as long.
    pub base: Duration,
    /// No pause is longer than this, jitter apart.
    pub max: Duration,
    /// How much of a pause is added at random, from 0 (nothing) to 1 (up to as much again).
    pub jitter: f64,
    /// No more attempts than this.
    pub attempts: u32,
    /// No attempt is begun after so long, counted from the start of the wait.
    pub deadline: Duration,
    /// An attempt that takes longer has failed: a server that accepts and stays silent would hold it for ever. The
    /// last one has no more than what is left until the deadline.
    pub attempt_timeout: Duration,
    /// How long a name that does not resolve may be a service whose address is still to be published.
    pub dns_grace: Duration,
    /// The time between the two looks at the postmaster that [`crate::Level::Stable`] takes. One that has been up for a
    /// minute is not looked at twice.
    pub settle: Duration,
    /// The seed of the jitter; without one it is drawn from the operating system.
    pub seed: Option<u64>,
}

impl Default for Backoff {
    /// One second, doubling up to 30, a jitter of 0.3, at most 60 attempts within five minutes.
    fn default() -> Self {
        Self {
            base: Duration::from_secs(1),
            max: Duration::from_secs(30),
            jitter: 0.3,
            attempts: 60,
            deadline: Duration::from_secs(300),
            attempt_timeout: Duration::from_secs(10),
            dns_grace: Duration::from_secs(20),
            settle: Duration::from_secs(1),
            seed: None,
        }
    }
}

impl Backoff {
    /// For a server that was just started on this machine: a look every two milliseconds, for half a minute.
    pub fn local() -> Self {
        Self {
            base: Duration::from_millis(2),
            max: Duration::from_millis(2),
            jitter: 0.0,
            attempts: u32::MAX,
            deadline: Duration::from_secs(30),
            attempt_timeout: Duration::from_secs(5),
            dns_grace: Duration::ZERO,
            settle: Duration::from_millis(20),
            seed: None,
        }
    }

    /// A single attempt, for a health check that is asked again anyway.
    pub fn once() -> Self {
        Self {
            attempts: 1,
            attempt_timeout: Duration::from_secs(2),
            deadline: Duration::from_secs(5),
            settle: Duration::from_millis(100),
            ..Self::default()
        }
    }

    /// The pauses after the first, the second, … attempt, without end.
    pub fn delays(&self) -> Delays {
        Delays {
            base: self.base,
            max: self.max,
            jitter: self.jitter.clamp(0.0, 1.0),
            attempt: 0,
            random: StdRng::seed_from_u64(self.seed.unwrap_or_else(rand::random)),
        }
    }
}

/// The pauses of a [`Backoff`], one after the other.
#[derive(Debug)]
pub struct Delays {
    base: Duration,
    max: Duration,
    jitter: f64,
    attempt: u32,
    random: StdRng,
}

impl Iterator for Delays {
    type Item = Duration;

    fn next(&mut self) -> Option<Duration> {
        // Past 31 doublings every pause is the longest one; the factor must not overflow before that is known.
        let factor = 1_u32.checked_shl(self.attempt).unwrap_or(u32::MAX);
        let delay = self.base.saturating_mul(factor).min(self.max);
        self.attempt = self.attempt.saturating_add(1);
        let random: f64 = self.random.random();
        Some(delay + delay.mul_f64(random * self.jitter))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(jitter: f64, seed: u64) -> Backoff {
        Backoff {
            jitter,
            seed: Some(seed),
            ..Backoff::default()
        }
    }

    #[test]
    fn without_jitter_the_pauses_double_up_to_the_longest() {
        let seconds: Vec<_> = plain(0.0, 1).delays().take(8).map(|d| d.as_millis()).collect();
        assert_eq!(seconds, [1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
    }

    #[test]
    fn the_jitter_adds_up_to_three_tenths_and_differs_from_pause_to_pause() {
        let bare: Vec<_> = plain(0.0, 7).delays().take(60).collect();
        let jittered: Vec<_> = plain(0.3, 7).delays().take(60).collect();
        for (bare, jittered) in bare.iter().zip(&jittered) {
            assert!(
                jittered >= bare && *jittered <= bare.mul_f64(1.3),
                "{jittered:?} of {bare:?}"
            );
        }
        let mut long: Vec<_> = jittered[5..].to_vec();
        long.dedup();
        assert!(long.len() > 50, "all pauses are alike: {long:?}");
    }

    #[test]
    fn the_same_seed_gives_the_same_pauses_and_another_gives_others() {
        let of = |seed| plain(0.3, seed).delays().take(20).collect::<Vec<_>>();
        assert_eq!(of(3), of(3));
        assert_ne!(of(3), of(4));
    }

    #[test]
    fn hundreds_of_attempts_do_not_overflow() {
        let longest = plain(0.3, 1).delays().take(500).max().unwrap();
        assert!(longest <= Duration::from_secs(39));
    }
}
