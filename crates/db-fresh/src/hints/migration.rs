//! Hints for errors of migrating: ledger, plan, statements, and other tools' ledgers.

use diagnostic::{Diagnostic, Explain};
use migration_core::{Error, SqlCause};

use super::{adopt::adopt, unfit::unfit};

/// What shows what was left out.
const SHOW_VALUES: &str = "values of rows are hidden; `--show-values` shows them";

/// The error's diagnostics, with what this program can do about each.
pub(crate) fn migration(error: &Error) -> Vec<Diagnostic> {
    let mut diagnostics = error.diagnostics();
    match error {
        Error::Unadoptable { problems } => {
            for (diagnostic, problem) in diagnostics.iter_mut().zip(problems) {
                diagnostic.hints.extend(adopt(problem));
            }
        }
        Error::Unfit { problems } => {
            for (diagnostic, problem) in diagnostics.iter_mut().zip(problems) {
                diagnostic.hints = unfit(problem, std::mem::take(&mut diagnostic.hints));
            }
        }
        Error::Connect(_) | Error::NoAnswer { .. } => {
            add(&mut diagnostics, "`db-fresh wait` says what stands in the way");
        }
        Error::OutcomeUnknown { .. } => {
            add(
                &mut diagnostics,
                "`db-fresh status` says what is applied once the server answers",
            );
        }
        Error::Sql(failure) => {
            for diagnostic in &mut diagnostics {
                complete(&mut diagnostic.hints, failure.cause.as_ref());
                if failure.values_hidden {
                    diagnostic.hints.push(SHOW_VALUES.into());
                }
            }
        }
        _ => {}
    }
    diagnostics
}

fn add(diagnostics: &mut [Diagnostic], hint: &str) {
    for diagnostic in diagnostics {
        diagnostic.hints.push(hint.to_owned());
    }
}

/// Adds the flag to the hint that a refusal's cause has given.
fn complete(hints: &mut [String], cause: Option<&SqlCause>) {
    let flag = match cause {
        Some(SqlCause::CreatedNowhere { .. }) => " `--prelude FILE.sql` can stand in",
        Some(SqlCause::ExtensionNotInstalled) => ": `--database-url`",
        Some(SqlCause::LedgerGone) => ": `[ledger] schema` in `db-fresh.toml`",
        Some(SqlCause::LeftInSession { .. }) => "; `--sessions kept` lets them share one",
        _ => return,
    };
    if let Some(hint) = hints.last_mut() {
        hint.push_str(flag);
    }
}

#[cfg(test)]
mod tests {
    use diagnostic::Place;
    use migration_core::{Aftermath, Direction, SqlFailure};

    use super::*;

    fn hints(cause: SqlCause) -> Vec<String> {
        let failure = SqlFailure {
            component: "app".into(),
            file: "1_a.sql".into(),
            place: Place::file("1_a.sql"),
            sqlstate: "42P01".into(),
            message: "refused".into(),
            details: Vec::new(),
            values_hidden: false,
            cause: Some(cause),
            aftermath: Aftermath {
                direction: Direction::Up,
                steps: None,
                finished_before: 0,
            },
        };
        migration(&Error::Sql(Box::new(failure))).remove(0).hints
    }

    #[test]
    fn a_refusal_is_explained_with_the_flag_that_helps() {
        let name = "auth".to_owned();
        assert_eq!(
            hints(SqlCause::CreatedNowhere { name }),
            ["no migration creates `auth`: does the platform provide it? `--prelude FILE.sql` can stand in"]
        );
        assert_eq!(
            hints(SqlCause::ExtensionNotInstalled),
            ["install the extension on the server, or use a server that has it: `--database-url`"]
        );
        let ledger_gone = hints(SqlCause::LedgerGone).join("; ");
        assert!(
            ledger_gone.ends_with("a place of its own: `[ledger] schema` in `db-fresh.toml`"),
            "{ledger_gone}"
        );
        assert_eq!(
            hints(SqlCause::Blocked),
            ["somebody else holds the lock; run it again when the database is less busy"]
        );
    }

    #[test]
    fn a_database_that_cannot_be_reached_is_waited_for_by_a_command() {
        let error = Error::Connect(sqlx::Error::PoolClosed);
        assert_eq!(
            migration(&error)[0].hints,
            ["`db-fresh wait` says what stands in the way"]
        );
    }
}
