//! Asking before something is changed.

use std::io::IsTerminal;

use diagnostic::visible;

use crate::cli::UsageProblem;
use crate::{cli, context::Context, error::Error};

/// How many files a question names, where there are more.
const NAMED: usize = 20;

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

    pub(super) fn of_apply(args: &cli::Apply) -> Self {
        if args.yes { Self::Given } else { Self::Needed }
    }

    /// Whether a person is going to be asked.
    pub(super) fn asks(self, context: &Context<'_>) -> bool {
        !self.is_given(context) && std::io::stdin().is_terminal()
    }

    fn is_given(self, context: &Context<'_>) -> bool {
        self == Self::Given || context.variables.is_on("MIGRATION_ASSUME_YES")
    }
}

/// Asks on a terminal, and names the files that this is about; elsewhere only `--yes` or `MIGRATION_ASSUME_YES` lets a change happen.
pub(super) async fn confirm(
    consent: Consent,
    what: &str,
    files: &[String],
    context: &Context<'_>,
) -> Result<(), Error> {
    if consent.is_given(context) {
        return Ok(());
    }
    let not_confirmed = |reason| UsageProblem::NotConfirmed {
        what: what.to_owned(),
        reason,
    };
    if !std::io::stdin().is_terminal() {
        return Err(not_confirmed("standard input is not a terminal").into());
    }
    context.console.ask(&question(what, files));
    // On a thread of its own: a signal ends the program while it waits for the answer.
    let reading = tokio::task::spawn_blocking(|| {
        let mut answer = String::new();
        let read = std::io::stdin().read_line(&mut answer)?;
        Ok((read, answer))
    });
    let failed = |error: std::io::Error| Error::system("cannot read the answer", error);
    let read: std::io::Result<(usize, String)> = reading.await.map_err(|error| failed(error.into()))?;
    let (read, answer) = read.map_err(failed)?;
    match answer.trim().to_ascii_lowercase().as_str() {
        "y" | "yes" => Ok(()),
        _ if read == 0 => Err(not_confirmed("standard input ended").into()),
        _ => Err(UsageProblem::Declined.into()),
    }
}

/// What is to be done, the files, and how to answer.
fn question(what: &str, files: &[String]) -> String {
    if files.is_empty() {
        return format!("{}? [y/N] ", visible(what));
    }
    // Leaving out a single one would be no shorter.
    let named = if files.len() > NAMED + 1 {
        NAMED
    } else {
        files.len()
    };
    let mut out = format!("{}:\n", visible(what));
    for file in &files[..named] {
        out.push_str(&format!("  {}\n", visible(file)));
    }
    if named < files.len() {
        out.push_str(&format!("  and {} more\n", files.len() - named));
    }
    out + "go on? [y/N] "
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_names_the_files_and_shortens_a_long_list() {
        let files = |count: usize| (1..=count).map(|n| format!("{n}.sql")).collect::<Vec<_>>();
        assert_eq!(question("drop it", &[]), "drop it? [y/N] ");
        assert_eq!(
            question("apply 2 migrations", &files(2)),
            "apply 2 migrations:\n  1.sql\n  2.sql\ngo on? [y/N] "
        );
        assert!(question("apply", &files(21)).contains("  21.sql\n"));
        let long = question("apply", &files(400));
        assert_eq!(long.lines().count(), 23);
        assert!(
            long.ends_with("  20.sql\n  and 380 more\ngo on? [y/N] "),
            "{long}"
        );
    }
}
