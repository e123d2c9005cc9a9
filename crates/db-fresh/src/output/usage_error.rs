//! What is wrong with a command line, without the values that it repeats: an address that was given in the wrong place holds a
//! password.

use clap::{
    Error,
    error::{ContextKind, ContextValue},
};
use diagnostic::REDACTED;

use crate::cli::shown;

/// The flag whose values are never repeated.
const VARIABLE: &str = "--variable";

/// The error with every word of the user's as it may be shown.
pub(super) fn without_values(mut error: Error) -> Error {
    let all: Vec<_> = error
        .context()
        .map(|(kind, value)| (kind, value.clone()))
        .collect();
    let is_variable = all
        .iter()
        .any(|(kind, value)| *kind == ContextKind::InvalidArg && value.to_string().starts_with(VARIABLE));
    if hides_in_its_source(&all, is_variable) {
        // What the parser of the value says repeats the value, and can only be left out as a whole.
        error = Error::new(error.kind());
    }
    for (kind, value) in all {
        let value = match kind {
            ContextKind::InvalidValue if is_variable => ContextValue::String(REDACTED.to_owned()),
            ContextKind::InvalidArg | ContextKind::PriorArg => each(value, flag),
            ContextKind::InvalidValue | ContextKind::InvalidSubcommand | ContextKind::TrailingArg => {
                each(value, shown)
            }
            // `to pass '--a=b' as a value, use '-- --a=b'`
            ContextKind::Suggested => ContextValue::StyledStrs(Vec::new()),
            _ => value,
        };
        error.insert(kind, value);
    }
    error
}

/// Whether a value is wrong that may not be shown.
fn hides_in_its_source(all: &[(ContextKind, ContextValue)], is_variable: bool) -> bool {
    all.iter().any(|(kind, value)| match value {
        ContextValue::String(text) if *kind == ContextKind::InvalidValue => {
            !is_variable && shown(text) != *text
        }
        _ => false,
    })
}

fn each(value: ContextValue, change: impl Fn(&str) -> String) -> ContextValue {
    match value {
        ContextValue::String(text) => ContextValue::String(change(&text)),
        ContextValue::Strings(texts) => {
            ContextValue::Strings(texts.iter().map(|text| change(text)).collect())
        }
        other => other,
    }
}

/// A flag as clap writes it, with the names of its values; of an unknown one the name alone.
fn flag(text: &str) -> String {
    let name = text
        .split(['=', ' ', '\t', '\n', '<', '['])
        .next()
        .unwrap_or_default();
    let rest = &text[name.len()..];
    let is_place =
        |c: char| c.is_ascii_uppercase() || matches!(c, ' ' | '<' | '>' | '[' | ']' | '=' | '.' | '_' | '|');
    match text.chars().next() {
        Some('-') if rest.chars().all(is_place) => format!("{}{rest}", shown(name)),
        Some('-') => shown(name),
        // A positional argument.
        Some('<' | '[') if text.chars().all(is_place) => text.to_owned(),
        _ => shown(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flag_keeps_its_name_and_loses_its_value() {
        for (text, expected) in [
            ("--variable <NAME=VALUE>", "--variable <NAME=VALUE>"),
            ("--databse-url=postgres://u:p@h/db", "--databse-url"),
            ("--databse-url", "--databse-url"),
            ("--postgres://u:p@h/db", REDACTED),
            ("-postgres://u:p@h/db", REDACTED),
            ("postgres://u:p@h/db", REDACTED),
            ("<FILE>", "<FILE>"),
            ("[COMMAND]...", "[COMMAND]..."),
        ] {
            assert_eq!(flag(text), expected);
        }
    }
}
