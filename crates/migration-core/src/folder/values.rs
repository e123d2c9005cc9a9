//! Values that a format puts into the SQL before it is run.
//!
//! A variable without a value is a problem, also where the tool itself would have put in nothing: a name that
//! disappears from a statement changes what it does.
//!
//! Left out on purpose: reading the environment. The values come from the caller.

use std::ops::Range;

use super::{reader::Reader, source::Source};
use crate::FolderProblem;

/// The values of `$NAME`, `${NAME}`, `${NAME:-default}` and `${NAME-default}` in a part of a text, as goose takes them
/// from the environment.
pub(super) fn environment(
    reader: &mut Reader<'_>,
    source: &Source,
    part: Range<usize>,
) -> Vec<(Range<usize>, String)> {
    let text = &source.text[..part.end];
    let mut values = Vec::new();
    let mut at = part.start;
    while let Some(dollar) = text[at..].find('$').map(|offset| at + offset) {
        let Some(variable) = variable(&text[dollar..]) else {
            at = dollar + 1;
            continue;
        };
        let end = dollar + variable.length;
        let value = reader.config.variables.get(variable.name);
        match value.filter(|value| !(value.is_empty() && variable.default_if_empty)) {
            Some(value) => values.push((dollar..end, value.clone())),
            None => match variable.default {
                Some(default) => values.push((dollar..end, default.to_owned())),
                None => missing(reader, source, dollar, variable.name),
            },
        }
        at = end;
    }
    values
}

/// The values of a placeholder between two marks, as Flyway's `${name}`.
pub(super) fn placeholders(reader: &mut Reader<'_>, source: &Source) -> Vec<(Range<usize>, String)> {
    let text = &source.text;
    let mut values = Vec::new();
    let mut at = 0;
    while let Some(start) = text[at..].find("${").map(|offset| at + offset) {
        let Some(length) = text[start..].find('}') else {
            break;
        };
        let (name, end) = (&text[start + 2..start + length], start + length + 1);
        at = end;
        match reader.config.variables.get(name) {
            Some(value) => values.push((start..end, value.clone())),
            None => missing(reader, source, start, name),
        }
    }
    values
}

pub(super) fn missing(reader: &mut Reader<'_>, source: &Source, at: usize, name: &str) {
    reader.problems.push(FolderProblem::MissingVariable {
        place: source.place(at),
        name: name.to_owned(),
        known: reader.config.variables.keys().cloned().collect(),
    });
}

/// A variable at the start of a text.
#[derive(Debug, PartialEq, Eq)]
struct Variable<'a> {
    name: &'a str,
    default: Option<&'a str>,
    /// With `:-`, the default also stands for an empty value.
    default_if_empty: bool,
    /// Of all of it, in bytes.
    length: usize,
}

/// Dollar quotes (`$$`, `$tag$`) and parameters (`$1`) are no variables.
fn variable(text: &str) -> Option<Variable<'_>> {
    if let Some(inner) = text.strip_prefix("${") {
        let end = inner.find('}')?;
        let inner = &inner[..end];
        let name = identifier(inner);
        let rest = &inner[name.len()..];
        let (default, default_if_empty) = match (rest.strip_prefix(":-"), rest.strip_prefix('-')) {
            (Some(default), _) => (Some(default), true),
            (None, Some(default)) => (Some(default), false),
            (None, None) => (None, false),
        };
        return (!name.is_empty()).then_some(Variable {
            name,
            default,
            default_if_empty,
            length: end + 3,
        });
    }
    let name = identifier(text.strip_prefix('$')?);
    let is_quote = text[1 + name.len()..].starts_with('$');
    (!name.is_empty() && !is_quote).then_some(Variable {
        name,
        default: None,
        default_if_empty: false,
        length: 1 + name.len(),
    })
}

fn identifier(text: &str) -> &str {
    let end = text.find(|next: char| !(next.is_ascii_alphanumeric() || next == '_'));
    let word = &text[..end.unwrap_or(text.len())];
    if word.starts_with(|first: char| first.is_ascii_digit()) {
        ""
    } else {
        word
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_told_from_dollar_quotes_and_parameters() {
        for (text, name) in [("$A b", "A"), ("${A}", "A"), ("${A_1:-x}", "A_1"), ("$A", "A")] {
            assert_eq!(variable(text).unwrap().name, name, "{text}");
        }
        for text in ["$$", "$1", "$body$ x $body$", "$ a", "${}", "${1}", "${a", "$"] {
            assert_eq!(variable(text), None, "{text}");
        }
    }

    #[test]
    fn defaults_are_for_missing_or_also_for_empty_values() {
        let both = |text| variable(text).map(|found| (found.default, found.default_if_empty, found.length));
        assert_eq!(both("${A-x y}z"), Some((Some("x y"), false, 8)));
        assert_eq!(both("${A:-}z"), Some((Some(""), true, 6)));
        assert_eq!(both("${A}z"), Some((None, false, 4)));
    }
}
