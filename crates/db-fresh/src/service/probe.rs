//! What a probe of readiness answers: which levels are reached, and what is wrong with the first one that is not.

use diagnostic::Diagnostic;
use readiness::{Error, Level, Ready};
use serde::Serialize;

use super::Phase;

/// One attempt at a database, and the start.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Readiness {
    /// Whether the service can work: its start is over, and the database is as ready as it has to be.
    pub ready: bool,
    /// Whether the start is over.
    pub started: bool,
    /// Each level up to the one that is needed.
    pub levels: Vec<LevelState>,
    /// Why the service is not ready.
    #[serde(rename = "why")]
    pub reason: Option<NotReady>,
}

/// A level, and whether it is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct LevelState {
    /// The level.
    pub level: Level,
    /// Whether it is reached.
    pub ok: bool,
}

/// Why a service is not ready.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NotReady {
    /// A stable name, such as `readiness/schema-behind`.
    pub class: &'static str,
    /// What it means.
    pub meaning: String,
    /// What was seen, in the server's or the system's own words.
    #[serde(rename = "lastSeen")]
    pub last_seen: String,
    /// The problems behind it, each with its code, place, facts and hints. Not part of the JSON: a probe's answer is short.
    #[serde(skip)]
    pub problems: Vec<Diagnostic>,
}

impl Readiness {
    pub(super) fn of(looked: &Result<Ready, Error>, wanted: Level, phase: Phase) -> Self {
        let last = looked.as_ref().err().and_then(Error::last_seen);
        let reached = match looked {
            Ok(_) => Some(wanted),
            Err(_) => last.and_then(|last| last.seen.reached),
        };
        let levels = Level::ALL.into_iter().filter(|level| *level <= wanted);
        let started = phase == Phase::Started;
        let reason = match looked {
            Ok(_) => (!started).then(|| not_started(phase)),
            Err(error) => Some(NotReady {
                class: last.map_or("readiness/no-such-level", |last| last.seen.class.code),
                meaning: last.map_or_else(|| error.to_string(), |last| last.seen.class.meaning.to_owned()),
                last_seen: last.map(|last| last.seen.detail.clone()).unwrap_or_default(),
                problems: last.map(|last| last.seen.problems.clone()).unwrap_or_default(),
            }),
        };
        Self {
            ready: started && looked.is_ok(),
            started,
            levels: levels
                .map(|level| LevelState {
                    level,
                    ok: Some(level) <= reached,
                })
                .collect(),
            reason,
        }
    }
}

fn not_started(phase: Phase) -> NotReady {
    let seen = match phase {
        Phase::NotStarted => "it has not begun",
        Phase::Waiting => "it waits for the database",
        Phase::Migrating => "it applies migrations",
        Phase::Checking => "it checks the schema",
        Phase::Started | Phase::Failed => "it failed",
    };
    NotReady {
        class: "service/not-started",
        meaning: "the start of the service is not over".into(),
        last_seen: seen.into(),
        problems: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use readiness::{Class, LastSeen, Seen};

    use super::*;

    fn ready() -> Result<Ready, Error> {
        Ok(Ready {
            level: Level::Schema,
            attempts: 1,
            waited: Duration::ZERO,
            server_version: None,
        })
    }

    fn behind() -> Result<Ready, Error> {
        let class = Class::SCHEMA_BEHIND;
        let seen = Seen {
            class,
            reached: class.reached,
            detail: "migrations: 0 of 3 migrations are applied".into(),
            problems: Vec::new(),
        };
        Err(Error::Refused {
            target: "postgres://dev@db:5432/shop".into(),
            level: Level::Schema,
            last: Box::new(LastSeen {
                seen,
                since: Duration::ZERO,
                times: 1,
                remedy: String::new(),
            }),
            attempts: 1,
            waited: Duration::ZERO,
        })
    }

    #[test]
    fn a_database_that_is_ready_is_not_enough_before_the_start_is_over() {
        let starting = Readiness::of(&ready(), Level::Schema, Phase::Checking);
        assert!(!starting.ready && !starting.started);
        assert!(starting.levels.iter().all(|level| level.ok));
        let reason = starting.reason.unwrap();
        assert_eq!(
            (reason.class, reason.last_seen.as_str()),
            ("service/not-started", "it checks the schema")
        );
        let started = Readiness::of(&ready(), Level::Schema, Phase::Started);
        assert!(started.ready && started.reason.is_none());
    }

    #[test]
    fn the_levels_are_those_up_to_the_one_that_is_needed() {
        let looked = Readiness::of(&behind(), Level::Schema, Phase::Started);
        assert!(!looked.ready && looked.started);
        let reached: Vec<_> = looked.levels.iter().filter(|level| level.ok).collect();
        assert_eq!(reached.last().unwrap().level, Level::Stable);
        assert_eq!(looked.levels.last().unwrap().level, Level::Schema);
        assert_eq!(looked.reason.unwrap().class, "readiness/schema-behind");
    }
}
