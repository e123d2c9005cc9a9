//! Something that a file left in the session, and which other files it may concern.

use std::fmt;

use migration_core::{Leftover, Migration};

/// Settings that may let a statement pass that fails without them, and change nothing about one that passes.
const LENIENT: [&str; 7] = [
    "check_function_bodies",
    "row_security",
    "transaction_timeout",
    "idle_session_timeout",
    "log_statement",
    "log_min_duration_statement",
    "log_min_messages",
];

/// Names of one time zone.
const UTC: [&str; 8] = [
    "utc",
    "etc/utc",
    "gmt",
    "etc/gmt",
    "universal",
    "etc/universal",
    "zulu",
    "uct",
];

/// Something that a file left in the session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Left {
    /// What the session itself says.
    Seen(Leftover),
    /// The last values of sequences, for `lastval()` and `currval(…)`.
    LastValues,
}

impl Left {
    /// Whether it is something that a new session has as well, only by another name.
    pub(super) fn is_the_same(&self) -> bool {
        let Self::Seen(Leftover::Setting { name, value, new }) = self else {
            return false;
        };
        let is_utc = |zone: &str| UTC.contains(&zone.to_ascii_lowercase().as_str());
        name == "TimeZone" && is_utc(value) && is_utc(new)
    }

    /// Whether it may change what a file does that passes without it.
    fn is_lenient(&self) -> bool {
        match self {
            Self::LastValues => true,
            Self::Seen(Leftover::Setting { name, .. }) => LENIENT.contains(&name.as_str()),
            Self::Seen(_) => false,
        }
    }

    /// Whether it may change what these later files do, all of which pass without it.
    pub(super) fn may_matter(&self, later: &[Migration]) -> bool {
        if self.is_lenient() {
            return false;
        }
        let named = |name: &str| later.iter().any(|migration| mentions(&migration.up.sql, name));
        match self {
            Self::Seen(Leftover::Setting { name, .. }) if name.contains('.') => {
                named(name) || named("current_setting")
            }
            Self::Seen(Leftover::Setting { .. } | Leftover::Role { .. } | Leftover::SessionUser { .. }) => {
                !later.is_empty()
            }
            Self::Seen(Leftover::Temporary { kind, name }) if kind == "function" => later
                .iter()
                .any(|migration| calls_temporary(&migration.up.sql, name)),
            Self::Seen(leftover) => {
                let catalogs = ["pg_class", "pg_tables", "pg_temp", "information_schema"];
                named(leftover.name()) || catalogs.iter().any(|catalog| named(catalog))
            }
            Self::LastValues => false,
        }
    }

    /// Whether a message of the server speaks of it.
    pub(super) fn is_named_in(&self, message: &str) -> bool {
        match self {
            Self::Seen(leftover) => message.contains(&format!("\"{}\"", leftover.name())),
            Self::LastValues => message.contains("lastval") || message.contains("currval"),
        }
    }
}

/// Whether a text calls a temporary routine of this name without making it first. One is found by its schema alone.
fn calls_temporary(sql: &str, name: &str) -> bool {
    let sql = sql.to_ascii_lowercase();
    let name = format!("pg_temp.{}", name.to_ascii_lowercase());
    let Some(at) = sql.find(&name) else { return false };
    let before = sql[..at].trim_end();
    !["function", "procedure"].iter().any(|kind| {
        let made = before.strip_suffix(kind).map(str::trim_end);
        made.is_some_and(|made| made.ends_with("or replace"))
    })
}

/// Whether a text has this name in it, in any case.
pub(super) fn mentions(text: &str, name: &str) -> bool {
    let (text, name) = (text.as_bytes(), name.as_bytes());
    !name.is_empty()
        && text
            .windows(name.len())
            .any(|window| window.eq_ignore_ascii_case(name))
}

impl fmt::Display for Left {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Seen(leftover) => leftover.fmt(f),
            Self::LastValues => f.write_str("the last values of sequences"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zone(value: &str, new: &str) -> Left {
        Left::Seen(Leftover::Setting {
            name: "TimeZone".into(),
            value: value.into(),
            new: new.into(),
        })
    }

    #[test]
    fn another_name_of_the_same_zone_is_nothing() {
        assert!(zone("UTC", "Etc/UTC").is_the_same());
        assert!(!zone("Europe/Berlin", "Etc/UTC").is_the_same());
    }

    #[test]
    fn a_temporary_routine_that_is_made_again_is_not_the_one_that_was_left() {
        assert!(calls_temporary("SELECT pg_temp.f()", "f"));
        assert!(calls_temporary("CREATE FUNCTION pg_temp.f() …", "f"));
        assert!(!calls_temporary(
            "CREATE OR REPLACE FUNCTION pg_temp.f() …; SELECT pg_temp.f()",
            "f"
        ));
        assert!(!calls_temporary("SELECT f()", "f"));
    }

    #[test]
    fn names_are_found_in_any_case() {
        assert!(mentions("SELECT * FROM Helper", "helper"));
        assert!(!mentions("SELECT 1", "helper"));
    }
}
