//! Hints for what the preflight checks refuse.

use ::preflight::{Error, Failure};
use diagnostic::{Diagnostic, Explain};

/// The error's diagnostics, with what this program can do about each.
pub(crate) fn preflight(error: &Error) -> Vec<Diagnostic> {
    let mut diagnostics = error.diagnostics();
    match error {
        Error::Refused { failures } => {
            for (diagnostic, failure) in diagnostics.iter_mut().zip(failures) {
                if let Failure::MissingVariable { names, .. } = failure {
                    diagnostic.hints = vec![set(names)];
                }
            }
        }
        Error::Unanswered(_) => {
            for diagnostic in &mut diagnostics {
                diagnostic.hints = vec!["see whether the server is ready: `db-fresh wait`".to_owned()];
            }
        }
        _ => {}
    }
    diagnostics
}

fn set(names: &[String]) -> String {
    let name = names.first().map_or("NAME", String::as_str);
    format!("set it in the environment, or in the file given with `--env`: `{name}=…`")
}

#[cfg(test)]
mod tests {
    use ::preflight::{Requirement, check};

    use super::*;

    #[test]
    fn a_variable_may_come_from_a_file_and_what_else_is_missing_keeps_its_hint() {
        let needs = [
            Requirement::folder("no/such/folder", "the work"),
            Requirement::any_variable(["FIRST", "SECOND"], "the work"),
        ];
        let error = check(&needs, &|_| None).unwrap_err();
        let hints: Vec<_> = preflight(&error).into_iter().flat_map(|one| one.hints).collect();
        assert_eq!(
            hints,
            [
                "correct the path, or make it: `mkdir -p no/such/folder`",
                "set it in the environment, or in the file given with `--env`: `FIRST=…`",
            ]
        );
    }
}
