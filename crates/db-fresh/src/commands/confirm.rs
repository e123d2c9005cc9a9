//! Asking before something is changed.

use std::io::{IsTerminal, Write};

use diagnostic::Diagnostic;

use crate::{cli, context::Context, exit::Exit, failure::Failure};

/// Whether somebody has agreed already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Consent {
    Given,
    Needed,
}

impl Consent {
    pub(super) fn of(care: &cli::Care) -> Self {
        if care.yes { Self::Given } else { Self::Needed }
    }
}

/// As [`confirm_unless`], for the commands that apply.
pub(super) fn confirm(what: &str, args: &cli::Apply, context: &Context<'_>) -> Result<(), Failure> {
    let consent = if args.yes { Consent::Given } else { Consent::Needed };
    confirm_unless(consent, what, context)
}

/// Asks on a terminal; elsewhere only `--yes` or `MIGRATION_ASSUME_YES` lets a change happen.
pub(super) fn confirm_unless(consent: Consent, what: &str, context: &Context<'_>) -> Result<(), Failure> {
    if consent == Consent::Given || context.variables.is_on("MIGRATION_ASSUME_YES") {
        return Ok(());
    }
    let stdin = std::io::stdin();
    if !stdin.is_terminal() {
        let mut diagnostic = Diagnostic::new(
            "xtask/not-confirmed",
            format!("asked to {what}, and nobody is there to confirm it"),
        );
        diagnostic.hints.push(
            "add `--yes`, or set `MIGRATION_ASSUME_YES=true`; `--dry-run` shows what would happen".into(),
        );
        return Err(Failure::new(Exit::Usage, diagnostic));
    }
    let _ = write!(anstream::stderr(), "{what}? [y/N] ");
    let mut answer = String::new();
    let read = stdin.read_line(&mut answer);
    if read.is_ok() && matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes") {
        return Ok(());
    }
    Err(Failure::new(
        Exit::Other,
        Diagnostic::new("xtask/declined", "nothing was changed"),
    ))
}
