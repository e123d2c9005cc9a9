//! Hints for servers that cannot be had.

use diagnostic::{Diagnostic, Explain};
use ephemeral_postgres::Error;

/// The error's diagnostics, with what this program can do about each.
pub(crate) fn server(error: &Error) -> Vec<Diagnostic> {
    let mut diagnostics = error.diagnostics();
    if let Error::Nothing { .. } | Error::Unavailable(_) = error {
        let hint = "a server that runs already: `db-fresh --database-url postgres://USER@HOST/DATABASE`";
        for diagnostic in &mut diagnostics {
            diagnostic.hints.push(hint.into());
        }
    }
    diagnostics
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_no_server_can_be_started_one_that_runs_can_be_named() {
        let names_the_flag = |error: &Error| {
            let diagnostics = server(error);
            let mut hints = diagnostics.iter().flat_map(|diagnostic| &diagnostic.hints);
            hints.any(|hint| hint.contains("--database-url"))
        };
        assert!(names_the_flag(&Error::Nothing {
            passed_over: Vec::new()
        }));
        assert!(!names_the_flag(&Error::NoUser));
    }
}
