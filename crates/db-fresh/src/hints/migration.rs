//! Hints for errors of migrating: ledger, plan, statements, and other tools' ledgers.

use diagnostic::{Diagnostic, Explain};
use migration_core::Error;

use super::adopt::{adopt, foreign_ledger};

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
                diagnostic.hints.extend(foreign_ledger(problem));
            }
        }
        _ => {}
    }
    diagnostics
}
