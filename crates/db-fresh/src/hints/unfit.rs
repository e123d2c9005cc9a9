//! Hints for reasons not to run: the folder, the ledger and the request do not fit together.

use migration_core::{LedgerFault, LedgerProblem, Problem, RequestProblem};

use super::{adopt::foreign_ledger, environment::NAME_ENVIRONMENT};

/// The problem's hints, with what this program can do about it.
pub(super) fn unfit(problem: &Problem, mut hints: Vec<String>) -> Vec<String> {
    match problem {
        Problem::Edited { .. } | Problem::HalfApplied { .. } => {
            hints.push("if this database is disposable, drop and create it, and run `db-fresh migrate`".into());
        }
        Problem::Late { file, .. } => hints.push(format!(
            "or prove that it does no harm (`db-fresh --prove-late {file}`), and run it late, on record: `db-fresh migrate --allow-late`"
        )),
        Problem::HalfUndone { .. } => {
            hints = vec!["undo the rest of it: `db-fresh resume`".into()];
        }
        Problem::Unsure { file, step, .. } => {
            hints = vec![
                format!("look whether step {step} had its effect; if it had not: `db-fresh resume --running again`"),
                "if it had: `db-fresh resume --running done`".into(),
                format!(
                    "if all of it is there: `db-fresh mark-applied {file}`; to give it up: `db-fresh abandon {file}`"
                ),
            ];
        }
        Problem::OtherEnvironment { recorded, .. } => {
            hints = vec![format!("run it as what it is: `--environment {recorded}`")];
        }
        Problem::Request(RequestProblem::Protected { environment }) => {
            hints = vec!["give the reason, which the audit keeps: `--allow-protected REASON`".into()];
            hints.extend(unnamed(environment));
        }
        Problem::Request(RequestProblem::LeftOut { environment, .. }) => hints.extend(unnamed(environment)),
        Problem::Request(
            RequestProblem::NoSuchVersion { .. }
            | RequestProblem::NotInterrupted { .. }
            | RequestProblem::IsApplied { .. },
        ) => hints.push("`db-fresh status` lists what was applied".into()),
        Problem::Ledger(LedgerProblem::Newer { .. }) => {
            hints = vec![
                "use the version of db-fresh that wrote it, or a later one: the column `tool` of the ledger says which".into(),
            ];
        }
        Problem::Ledger(LedgerProblem::Unfit {
            fault: LedgerFault::NotATable { .. },
            ..
        }) => hints.push("`[ledger] schema` and `[ledger] table` in `db-fresh.toml` say where it is".into()),
        Problem::Ledger(LedgerProblem::Name { part, .. }) => {
            hints.push(format!("give it another one with `[ledger] {part}` in `db-fresh.toml`"));
        }
        _ => hints.extend(foreign_ledger(problem)),
    }
    hints
}

/// How an environment is named that is protected because nobody named it.
fn unnamed(environment: &str) -> Option<String> {
    environment.is_empty().then(|| NAME_ENVIRONMENT.to_owned())
}

#[cfg(test)]
mod tests {
    use diagnostic::{Explain, Place};

    use super::*;

    #[test]
    fn a_ledger_that_cannot_be_used_is_explained_with_the_setting() {
        let newer = LedgerProblem::Newer {
            table: "public.schema_migrations_audit".into(),
            layout: "2".into(),
            known: 1,
        };
        let name = LedgerProblem::Name {
            part: "table",
            name: String::new(),
            why: "it is empty".into(),
        };
        let view = LedgerProblem::Unfit {
            table: "public.schema_migrations".into(),
            fault: LedgerFault::NotATable {
                kind: "a view".into(),
            },
        };
        for (problem, expected) in [
            (
                newer,
                vec![
                    "use the version of db-fresh that wrote it, or a later one: the column `tool` of the ledger says which",
                ],
            ),
            (
                name,
                vec!["give it another one with `[ledger] table` in `db-fresh.toml`"],
            ),
            (
                view,
                vec![
                    "give the ledger a name or a schema where nothing else is",
                    "`[ledger] schema` and `[ledger] table` in `db-fresh.toml` say where it is",
                ],
            ),
        ] {
            let problem = Problem::from(problem);
            assert_eq!(unfit(&problem, problem.hints()), expected, "{problem}");
        }
    }

    #[test]
    fn what_the_library_says_in_general_is_said_with_commands() {
        let unsure = Problem::Unsure {
            file: "2_b.sql".into(),
            place: Box::new(Place::file("m/2_b.sql")),
            step: 3,
            table: "schema_migrations_progress".into(),
        };
        let late = Problem::Late {
            file: "2_b.sql".into(),
            path: "m/2_b.sql".into(),
            after: "3_c.sql".into(),
            at: "yesterday".into(),
        };
        let environment = Problem::OtherEnvironment {
            recorded: "production".into(),
            given: "development".into(),
        };
        let left_out = Problem::Request(RequestProblem::LeftOut {
            file: "2_b.sql".into(),
            why: "it is for dev only".into(),
            environment: String::new(),
        });
        let protected = Problem::Request(RequestProblem::Protected {
            environment: "production".into(),
        });
        let applied = Problem::Request(RequestProblem::IsApplied {
            file: "2_b.sql".into(),
            at: "yesterday".into(),
        });
        for (problem, expected) in [
            (
                unsure,
                vec![
                    "look whether step 3 had its effect; if it had not: `db-fresh resume --running again`",
                    "if it had: `db-fresh resume --running done`",
                    "if all of it is there: `db-fresh mark-applied 2_b.sql`; to give it up: `db-fresh abandon 2_b.sql`",
                ],
            ),
            (
                late,
                vec![
                    "give it a number after the highest, if it has not run anywhere",
                    "or prove that it does no harm (`db-fresh --prove-late 2_b.sql`), and run it late, on record: `db-fresh migrate --allow-late`",
                ],
            ),
            (
                environment,
                vec!["run it as what it is: `--environment production`"],
            ),
            (left_out, vec![NAME_ENVIRONMENT]),
            (
                protected,
                vec!["give the reason, which the audit keeps: `--allow-protected REASON`"],
            ),
            (applied, vec!["`db-fresh status` lists what was applied"]),
            (
                Problem::Pooler,
                vec![
                    "nothing was done; connect to the server itself, or to a port of the pooler in session mode",
                ],
            ),
        ] {
            assert_eq!(unfit(&problem, problem.hints()), expected);
        }
    }
}
