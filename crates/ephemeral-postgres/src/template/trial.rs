//! Which strategy is the quickest here: the first clones that nobody waits for are made with each of them in turn.

use std::time::Duration;

use super::strategy::Strategy;

/// How often each is tried. A moment at which the machine is busy should not decide, and clones made with the slowest are as good.
const TRIES: usize = 2;

/// What was found out so far.
#[derive(Debug)]
pub(super) struct Trial {
    candidates: Vec<Candidate>,
}

#[derive(Debug)]
struct Candidate {
    strategy: Strategy,
    tried: usize,
    best: Option<Duration>,
}

impl Trial {
    /// The likeliest goes first.
    pub(super) fn new(strategies: &[Strategy]) -> Self {
        let candidate = |strategy: &Strategy| Candidate {
            strategy: *strategy,
            tried: 0,
            best: None,
        };
        Self {
            candidates: strategies.iter().map(candidate).collect(),
        }
    }

    /// What a clone is made with that nobody waits for.
    pub(super) fn next(&mut self) -> Strategy {
        let open = self
            .candidates
            .iter_mut()
            .filter(|candidate| candidate.tried < TRIES)
            .min_by_key(|candidate| candidate.tried);
        match open {
            Some(candidate) => {
                candidate.tried += 1;
                candidate.strategy
            }
            None => self.quickest(),
        }
    }

    /// What a clone is made with for which a test waits.
    pub(super) fn quickest(&self) -> Strategy {
        let timed = self
            .candidates
            .iter()
            .filter_map(|candidate| Some((candidate.best?, candidate.strategy)));
        let quickest = timed.min_by_key(|(best, _)| *best).map(|(_, strategy)| strategy);
        let likeliest = self.candidates.first().map(|candidate| candidate.strategy);
        quickest.or(likeliest).unwrap_or(Strategy::Default)
    }

    /// A clone was made, in this time.
    pub(super) fn took(&mut self, strategy: Strategy, time: Duration) {
        let candidate = self
            .candidates
            .iter_mut()
            .find(|candidate| candidate.strategy == strategy);
        if let Some(candidate) = candidate {
            candidate.best = Some(candidate.best.map_or(time, |best| best.min(time)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_tried_in_turn_and_then_the_quickest_is_taken() {
        let mut trial = Trial::new(&[Strategy::WalLog, Strategy::FileCopy, Strategy::FileClone]);
        assert_eq!(
            trial.quickest(),
            Strategy::WalLog,
            "the likeliest, as long as nothing is known"
        );
        let millis = Duration::from_millis;
        let mut tried = Vec::new();
        for time in [30, 20, 0, 30, 90, 0] {
            let strategy = trial.next();
            tried.push(strategy);
            // The third is one that fails here, and so has no time.
            if strategy != Strategy::FileClone {
                trial.took(strategy, millis(time));
            }
        }
        let once = [Strategy::WalLog, Strategy::FileCopy, Strategy::FileClone];
        assert_eq!(tried, [once, once].concat());
        assert_eq!(
            (trial.next(), trial.quickest()),
            (Strategy::FileCopy, Strategy::FileCopy)
        );
    }
}
