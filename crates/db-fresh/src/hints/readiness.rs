//! Hints for a database that is not ready.

use ::readiness::{Class, Error, Limit};
use diagnostic::{Diagnostic, Explain};

/// The error's diagnostics, with what this program can do about each.
pub(crate) fn readiness(error: &Error) -> Vec<Diagnostic> {
    let mut diagnostics = error.diagnostics();
    let (Some(own), Some(last)) = (diagnostics.first_mut(), error.last_seen()) else {
        return diagnostics;
    };
    let remedy = match last.seen.class {
        Class::SCHEMA_BEHIND => "apply the migrations: `db-fresh migrate`",
        Class::SCHEMA_UNFIT => "compare them: `db-fresh status` and `db-fresh drift`",
        Class::UNSEEDED => "seed: `db-fresh seed`",
        _ => &last.remedy,
    };
    own.hints = vec![remedy.to_owned()];
    if let Error::TimedOut {
        limit: Limit::Deadline(_),
        ..
    } = error
    {
        own.hints
            .push("where it only needs longer, raise `DB_TIMEOUT` (milliseconds)".to_owned());
    }
    diagnostics
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use ::readiness::{LastSeen, Level, Seen};

    use super::*;

    fn timed_out(class: &'static Class, limit: Limit) -> Vec<String> {
        let seen = Seen {
            class,
            reached: class.reached,
            detail: String::new(),
            problems: Vec::new(),
        };
        let last = LastSeen {
            seen,
            since: Duration::ZERO,
            times: 1,
            remedy: "the general remedy".to_owned(),
        };
        let error = Error::TimedOut {
            target: String::new(),
            level: Level::Schema,
            last: Box::new(last),
            attempts: 1,
            waited: Duration::ZERO,
            limit,
        };
        readiness(&error).remove(0).hints
    }

    #[test]
    fn what_commands_and_variables_help_is_said_and_other_remedies_stay() {
        let once = |class| timed_out(class, Limit::Attempts(1));
        assert_eq!(
            once(Class::SCHEMA_BEHIND),
            ["apply the migrations: `db-fresh migrate`"]
        );
        assert_eq!(
            once(Class::SCHEMA_UNFIT),
            ["compare them: `db-fresh status` and `db-fresh drift`"]
        );
        assert_eq!(once(Class::UNSEEDED), ["seed: `db-fresh seed`"]);
        assert_eq!(once(Class::REFUSED), ["the general remedy"]);
        assert_eq!(
            timed_out(Class::REFUSED, Limit::Deadline(Duration::ZERO)),
            [
                "the general remedy",
                "where it only needs longer, raise `DB_TIMEOUT` (milliseconds)"
            ]
        );
    }
}
