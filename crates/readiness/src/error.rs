//! Why a wait ended without a ready server.

use std::time::Duration;

use diagnostic::{Diagnostic, Explain, Fact};

use crate::{Level, Limit, Seen, Target, Verdict};

/// Why a wait ended without a ready server.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// It did not become ready in time.
    #[error("`{target}` is not ready ({level}) after {}: {}", seconds(*.waited), .last.seen.class.meaning)]
    TimedOut {
        /// The address, without password.
        target: String,
        /// The level that was asked for.
        level: Level,
        /// What the last attempt met.
        last: Box<LastSeen>,
        /// How many attempts were made.
        attempts: u32,
        /// How long they took, pauses included.
        waited: Duration,
        /// What it ran out of.
        limit: Limit,
    },
    /// It will not become ready by waiting.
    #[error("`{target}` cannot become ready ({level}) by waiting: {}", .last.seen.class.meaning)]
    Refused {
        /// The address, without password.
        target: String,
        /// The level that was asked for.
        level: Level,
        /// What the last attempt met.
        last: Box<LastSeen>,
        /// How many attempts were made.
        attempts: u32,
        /// How long they took, pauses included.
        waited: Duration,
    },
    /// The target has no such level.
    #[error("`{target}` has no level `{level}`")]
    NoSuchLevel {
        /// The address, without password.
        target: String,
        /// The level that was asked for.
        level: Level,
    },
}

/// What the last attempts met, as far back as it was the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastSeen {
    /// What the very last attempt met.
    pub seen: Seen,
    /// When it was first met in a row, counted from the start of the wait.
    pub since: Duration,
    /// How often in a row.
    pub times: u32,
    /// The way out, with the target's own names in it.
    pub remedy: String,
}

impl LastSeen {
    pub(crate) fn after(before: Option<Self>, seen: Seen, elapsed: Duration, target: &Target) -> Self {
        let remedy = target.remedy(seen.class);
        match before {
            Some(before) if before.seen.class == seen.class => Self {
                seen,
                since: before.since,
                times: before.times.saturating_add(1),
                remedy,
            },
            _ => Self {
                seen,
                since: elapsed,
                times: 1,
                remedy,
            },
        }
    }
}

fn seconds(duration: Duration) -> String {
    let (seconds, millis) = (duration.as_secs(), duration.as_millis());
    if seconds < 10 {
        format!("{millis} ms")
    } else {
        format!("{seconds} s")
    }
}

impl Error {
    /// What the last attempt met; nothing when none was made.
    pub fn last_seen(&self) -> Option<&LastSeen> {
        match self {
            Self::TimedOut { last, .. } | Self::Refused { last, .. } => Some(last),
            Self::NoSuchLevel { .. } => None,
        }
    }
}

impl Explain for Error {
    /// The class's own code: a script that wants to know whether time ran out compares [`Error::TimedOut`] or the fact.
    fn code(&self) -> &'static str {
        self.last_seen()
            .map_or("readiness/no-such-level", |last| last.seen.class.code)
    }

    fn facts(&self) -> Vec<Fact> {
        let (Self::TimedOut {
            last,
            attempts,
            waited,
            ..
        }
        | Self::Refused {
            last,
            attempts,
            waited,
            ..
        }) = self
        else {
            return Vec::new();
        };
        let mut facts = vec![
            Fact::new("last seen", last.seen.detail.clone()),
            Fact::new("reached", last.seen.reached.map_or("nothing", Level::name)),
            Fact::new("attempts", attempts.to_string()),
            Fact::new("waited", seconds(*waited)),
        ];
        if last.times > 1 {
            facts.push(Fact::new(
                "seen",
                format!("{} times since {}", last.times, seconds(last.since)),
            ));
        }
        if let Self::TimedOut { limit, .. } = self {
            let limit = match limit {
                Limit::Attempts(1) => "1 attempt".to_owned(),
                Limit::Attempts(attempts) => format!("{attempts} attempts"),
                Limit::Deadline(deadline) => seconds(*deadline),
                Limit::Grace(grace) => format!("{} for a name to resolve", seconds(*grace)),
            };
            facts.push(Fact::new("limit", limit));
        }
        facts
    }

    fn why(&self) -> Option<String> {
        let verdict = self.last_seen()?.seen.class.verdict;
        (verdict == Verdict::Stop)
            .then(|| "this does not pass by itself, so there was no further attempt".to_owned())
    }

    fn hints(&self) -> Vec<String> {
        let Some(last) = self.last_seen() else {
            return vec!["a TCP port can only be waited for with the level `tcp`".to_owned()];
        };
        let mut hints = vec![last.remedy.clone()];
        if let Self::TimedOut {
            limit: Limit::Deadline(_),
            ..
        } = self
        {
            hints.push("where it only needs longer, raise the deadline".to_owned());
        }
        hints
    }

    /// The wait itself, and behind it the problems that the last attempt met.
    fn diagnostics(&self) -> Vec<Diagnostic> {
        let problems = self.last_seen().map(|last| last.seen.problems.clone());
        let own = Diagnostic::of(self);
        std::iter::once(own)
            .chain(problems.into_iter().flatten())
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use diagnostic::{Paint, render_all};

    use super::*;
    use crate::Class;

    fn target() -> Target {
        let options = sqlx::postgres::PgConnectOptions::new_without_pgpass();
        Target::postgres(options.host("db").port(5432).username("dev").database("shop"))
    }

    fn last(class: &'static Class, times: u32) -> Box<LastSeen> {
        let seen = Seen {
            class,
            reached: class.reached,
            detail: "the server's own words".to_owned(),
            problems: Vec::new(),
        };
        Box::new(LastSeen {
            seen,
            since: Duration::from_millis(1300),
            times,
            remedy: target().remedy(class),
        })
    }

    #[test]
    fn a_wait_that_ran_out_says_what_was_seen_how_often_and_since_when() {
        let error = Error::TimedOut {
            target: "postgres://dev@db:5432/shop".to_owned(),
            level: Level::Writable,
            last: last(Class::NOT_YET_ACCEPTING, 12),
            attempts: 14,
            waited: Duration::from_secs(291),
            limit: Limit::Deadline(Duration::from_secs(300)),
        };
        insta::assert_snapshot!(render_all(&error.diagnostics(), Paint::Plain));
    }

    #[test]
    fn a_wait_that_cannot_help_says_so() {
        let error = Error::Refused {
            target: "postgres://dev@db:5432/shop".to_owned(),
            level: Level::Database,
            last: last(Class::NO_DATABASE, 1),
            attempts: 1,
            waited: Duration::from_millis(8),
        };
        insta::assert_snapshot!(render_all(&error.diagnostics(), Paint::Plain));
    }

    #[test]
    fn another_class_begins_a_new_count() {
        let seen = |class: &'static Class| Seen {
            class,
            reached: None,
            detail: String::new(),
            problems: Vec::new(),
        };
        let at = Duration::from_secs;
        let after = |before, class, seconds| LastSeen::after(before, seen(class), at(seconds), &target());
        let first = after(None, Class::REFUSED, 1);
        let second = after(Some(first), Class::REFUSED, 2);
        assert_eq!((second.times, second.since), (2, at(1)));
        let third = after(Some(second), Class::NOT_YET_ACCEPTING, 3);
        assert_eq!((third.times, third.since), (1, at(3)));
    }
}
