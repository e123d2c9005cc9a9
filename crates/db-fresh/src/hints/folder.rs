//! Hints for problems of migration folders.

use std::io;

use diagnostic::{Diagnostic, Explain, ReadError};
use migration_core::{FolderProblem, FolderProblems, Format};

/// The setting of the size up to which files are read.
pub(crate) const SIZE_LIMIT: &str = "the limit is a setting: `max_file_size = \"1 GiB\"` in `db-fresh.toml`";

/// The error's diagnostics, with what this program can do about each.
pub(crate) fn folder(error: &FolderProblems) -> Vec<Diagnostic> {
    let mut diagnostics = error.diagnostics();
    for (diagnostic, problem) in diagnostics.iter_mut().zip(&error.0) {
        diagnostic.hints.extend(hint(problem));
    }
    diagnostics
}

/// One problem's diagnostic, with what this program can do about it.
#[cfg(feature = "cli")]
pub(crate) fn folder_problem(problem: &FolderProblem) -> Diagnostic {
    let mut diagnostic = Diagnostic::of(problem);
    diagnostic.hints.extend(hint(problem));
    diagnostic
}

fn hint(problem: &FolderProblem) -> Option<String> {
    match problem {
        FolderProblem::AmbiguousFormat { candidates, .. } => {
            let flags: Vec<_> = candidates
                .iter()
                .map(|(format, _)| format!("`--format {format}`"))
                .collect();
            Some(format!("say which it is with {}", flags.join(" or ")))
        }
        FolderProblem::MissingVariable {
            format: Format::Goose,
            name,
            ..
        } => Some(format!("set `{name}`, or give `--variable {name}=VALUE`")),
        FolderProblem::MissingVariable { name, .. } => Some(format!("give `--variable {name}=VALUE`")),
        FolderProblem::ForeignMarker { of, .. } => Some(format!("did you mean `--format {of}`?")),
        FolderProblem::Unreadable { source, .. } => size_limit(source),
        _ => None,
    }
}

/// For a file that is larger than what is read: the setting.
pub(crate) fn size_limit(error: &io::Error) -> Option<String> {
    matches!(ReadError::of(error), Some(ReadError::TooLarge { .. })).then(|| SIZE_LIMIT.to_owned())
}

#[cfg(test)]
mod tests {
    use migration_core::{FolderConfig, Migrations};

    use super::*;

    fn hints(format: Option<Format>, files: &[(&str, &str)]) -> Vec<String> {
        let files = files.iter().map(|(name, text)| (name.into(), (*text).into()));
        let problems = Migrations::from_files("app", files, format, &FolderConfig::default()).unwrap_err();
        let diagnostics = folder(&problems).into_iter();
        diagnostics.flat_map(|diagnostic| diagnostic.hints).collect()
    }

    #[test]
    fn a_format_or_a_value_that_is_missing_is_given_by_a_flag() {
        let goose = "-- +goose Up\n-- +goose ENVSUB ON\nSELECT '${KEY}';";
        let both = [("1_a.sql", goose), ("2_b.sql", "-- migrate:up\nSELECT 1;")];
        assert_eq!(
            hints(None, &both),
            ["say which it is with `--format goose` or `--format dbmate`"]
        );
        assert_eq!(
            hints(Some(Format::Goose), &both[..1]),
            ["set `KEY`, or give `--variable KEY=VALUE`"]
        );
        assert_eq!(
            hints(Some(Format::Native), &both[..1]),
            ["did you mean `--format goose`?"]
        );
    }

    #[test]
    fn each_hint_stands_at_its_own_problem() {
        let files = [
            ("1_a.sql", "-- +goose Up\nSELECT 1;"),
            ("2_b.sql", "-- +goose Up\n-- +goose ENVSUB ON\nSELECT '${KEY}';"),
            ("three.sql", ""),
        ];
        let files = files.map(|(name, text)| (name.into(), text.into()));
        let problems =
            Migrations::from_files("app", files, Some(Format::Goose), &FolderConfig::default()).unwrap_err();
        let found: Vec<_> = folder(&problems)
            .into_iter()
            .map(|diagnostic| (diagnostic.code, diagnostic.hints.join("; ")))
            .collect();
        for (code, hints) in found {
            let is_variable = code == "migration/missing-variable";
            assert_eq!(hints.contains("--variable"), is_variable, "{code}: {hints}");
        }
    }
}
