//! What is wrong with a command line, without the values that it repeats: an address that was given in the wrong place holds a
//! password.

use clap::{
    Error,
    error::{ContextKind, ContextValue},
};

use crate::cli::shown;

/// The flag whose values are never repeated.
const VARIABLE: &str = "--variable";

/// The error with every word of the user's as it may be shown.
pub(super) fn without_values(mut error: Error) -> Error {
    let is_variable = error
        .context()
        .any(|(kind, value)| kind == ContextKind::InvalidArg && value.to_string().starts_with(VARIABLE));
    let all: Vec<_> = error
        .context()
        .map(|(kind, value)| (kind, value.clone()))
        .collect();
    for (kind, value) in all {
        let value = match kind {
            ContextKind::InvalidValue if is_variable => text("[REDACTED]"),
            ContextKind::InvalidArg | ContextKind::PriorArg => each(value, flag),
            ContextKind::InvalidValue | ContextKind::InvalidSubcommand | ContextKind::TrailingArg => {
                each(value, shown)
            }
            // `to pass '--a=b' as a value, use '-- --a=b'`
            ContextKind::Suggested => ContextValue::StyledStrs(Vec::new()),
            _ => continue,
        };
        error.insert(kind, value);
    }
    error
}

fn text(text: &str) -> ContextValue {
    ContextValue::String(text.to_owned())
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
    let is_flag = name.starts_with('-');
    match is_flag {
        true if rest.chars().all(is_place) => format!("{}{rest}", shown(name)),
        true => shown(name),
        // A positional argument: `<NAME>`, or what was given for one.
        false if text.starts_with(['<', '[']) && text.chars().all(is_place) => text.to_owned(),
        false => shown(text),
    }
}
