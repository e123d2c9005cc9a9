//! When a message whose answer does not come is given up: never while the server runs it.

use std::time::{Duration, Instant};

use super::backend::Backend;
use crate::Direction;

/// What was seen when the answer to a message was given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Silence {
    /// A second connection got no answer either.
    Server,
    /// The server does not have the session any more.
    Gone,
    /// The session waits for the next message: the answer was lost, or the message never arrived.
    Idle,
}

impl Silence {
    /// What happened to a migration, as a sentence.
    pub(crate) fn sentence(self, file: &str) -> String {
        match self {
            Self::Server => {
                format!(
                    "outcome unknown: the server stopped answering while `{file}` ran, on a second connection too"
                )
            }
            Self::Gone => {
                format!("the answer to `{file}` did not come, and the server has ended its session")
            }
            Self::Idle => format!("the answer to `{file}` did not come, and the server does not run it"),
        }
    }
}

/// What the ledger says of a migration whose answer did not come; nothing where it could not be read.
pub(crate) fn ledger_says(recorded: Option<bool>, direction: Direction) -> &'static str {
    match (recorded, direction) {
        (None, _) => "could not be read",
        (Some(true), Direction::Up) => "says that it is applied",
        (Some(false), Direction::Up) => "does not say that it is applied",
        (Some(true), Direction::Down) => "says that it is undone",
        (Some(false), Direction::Down) => "says that it is still applied",
    }
}

/// At this pace a message is expected to arrive, however long it is. Until it has, the session is idle.
const BYTES_A_SECOND: u64 = 32 * 1024;

/// How often the same has to be seen.
const LOOKS: u32 = 3;

/// For how long a message without an answer is waited for, while the server does not run it.
#[derive(Debug)]
pub(crate) struct Patience {
    limit: Duration,
    /// Since when, and how often, it was seen that the server does not run it.
    seen: Option<(Instant, u32)>,
    /// How far the session was when it was seen last.
    position: String,
}

impl Patience {
    /// For a message of so many bytes.
    pub(crate) fn new(limit: Duration, bytes: usize) -> Self {
        let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
        let limit = limit + Duration::from_secs(bytes / BYTES_A_SECOND);
        Self {
            limit,
            seen: None,
            position: String::new(),
        }
    }

    /// A part of the answer came.
    pub(crate) fn answered(&mut self) {
        self.seen = None;
    }

    /// Takes in what a look that began at this moment has seen, and how far the session was; gives the reason to give up, once there is
    /// one. A session that is elsewhere than at the last look did something in between.
    pub(crate) fn saw(
        &mut self,
        backend: Backend,
        position: &str,
        began: Instant,
        now: Instant,
    ) -> Option<Silence> {
        if !position.is_empty() && self.position != position {
            self.position = position.to_owned();
            self.seen = None;
        }
        let silence = match backend {
            Backend::Runs | Backend::Unclear => {
                self.seen = None;
                return None;
            }
            Backend::Idle => Silence::Idle,
            Backend::Gone => Silence::Gone,
            Backend::Silent => Silence::Server,
        };
        let (since, count) = self.seen.unwrap_or((began, 0));
        self.seen = Some((since, count + 1));
        (count + 1 >= LOOKS && now.duration_since(since) >= self.limit).then_some(silence)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    /// What comes of a look a second, each of which takes no time.
    fn after(patience: &mut Patience, looks: &[Backend]) -> Option<(usize, Silence)> {
        let begin = Instant::now();
        looks.iter().zip(0..).find_map(|(look, second)| {
            let now = begin + SECOND * second;
            let silence = patience.saw(*look, "", now, now)?;
            Some((usize::try_from(second).ok()?, silence))
        })
    }

    #[test]
    fn a_message_that_runs_is_never_given_up() {
        for backend in [Backend::Runs, Backend::Unclear] {
            let mut patience = Patience::new(3 * SECOND, 0);
            assert_eq!(after(&mut patience, &[backend; 10_000]), None);
            let looks = [Backend::Silent, Backend::Idle, Backend::Gone, backend].repeat(10);
            assert_eq!(after(&mut patience, &looks), None);
        }
    }

    #[test]
    fn one_that_does_not_run_is_given_up_when_the_time_is_over_and_it_was_seen_often() {
        for (backend, silence) in [
            (Backend::Silent, Silence::Server),
            (Backend::Gone, Silence::Gone),
            (Backend::Idle, Silence::Idle),
        ] {
            assert_eq!(
                after(&mut Patience::new(5 * SECOND, 0), &[backend; 10]),
                Some((5, silence))
            );
            assert_eq!(
                after(&mut Patience::new(Duration::ZERO, 0), &[backend; 10]),
                Some((2, silence))
            );
        }
        let mixed = [Backend::Silent, Backend::Silent, Backend::Gone];
        assert_eq!(
            after(&mut Patience::new(Duration::ZERO, 0), &mixed),
            Some((2, Silence::Gone))
        );
    }

    #[test]
    fn a_long_message_has_time_to_arrive() {
        let mut patience = Patience::new(SECOND, 5 * 32 * 1024);
        assert_eq!(
            after(&mut patience, &[Backend::Idle; 10]),
            Some((6, Silence::Idle))
        );
    }

    #[test]
    fn a_session_that_does_something_between_the_looks_is_not_given_up() {
        let mut patience = Patience::new(Duration::ZERO, 0);
        let now = Instant::now();
        for position in 0..100 {
            let silence = patience.saw(Backend::Idle, &position.to_string(), now, now);
            assert_eq!(silence, None);
        }
    }

    #[test]
    fn the_time_begins_again_with_a_part_of_the_answer() {
        let mut patience = Patience::new(Duration::ZERO, 0);
        assert_eq!(after(&mut patience, &[Backend::Idle; 2]), None);
        patience.answered();
        assert_eq!(after(&mut patience, &[Backend::Idle; 2]), None);
    }
}
