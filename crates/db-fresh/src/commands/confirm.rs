//! Asking before something is changed.

use std::io::IsTerminal;

use crate::cli::UsageProblem;
use crate::{cli, context::Context, error::Error};

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
pub(super) fn confirm(what: &str, args: &cli::Apply, context: &Context<'_>) -> Result<(), Error> {
    let consent = if args.yes { Consent::Given } else { Consent::Needed };
    confirm_unless(consent, what, context)
}

/// Asks on a terminal; elsewhere only `--yes` or `MIGRATION_ASSUME_YES` lets a change happen.
pub(super) fn confirm_unless(consent: Consent, what: &str, context: &Context<'_>) -> Result<(), Error> {
    if consent == Consent::Given || context.variables.is_on("MIGRATION_ASSUME_YES") {
        return Ok(());
    }
    let not_confirmed = |reason| UsageProblem::NotConfirmed {
        what: what.to_owned(),
        reason,
    };
    let stdin = std::io::stdin();
    if !stdin.is_terminal() {
        return Err(not_confirmed("standard input is not a terminal").into());
    }
    context.console.ask(&format!("{what}? [y/N] "));
    let mut answer = String::new();
    let read = stdin
        .read_line(&mut answer)
        .map_err(|error| Error::system("cannot read the answer", error))?;
    match answer.trim().to_ascii_lowercase().as_str() {
        "y" | "yes" => Ok(()),
        _ if read == 0 => Err(not_confirmed("standard input ended").into()),
        _ => Err(UsageProblem::Declined.into()),
    }
}
