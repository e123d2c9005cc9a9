//! Variables of the environment that goose puts into the SQL between `ENVSUB ON` and `ENVSUB OFF`.
//!
//! A variable without a value is a problem, although goose would put in nothing: a name that disappears from a
//! statement changes what it does.
//!
//! Out of scope: reading the environment. The values come from the caller.

use std::ops::Range;

use crate::folder::{reader::Reader, source::Source};

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
        let config = reader.config;
        let value = config.variables.get(variable.name);
        let value = value.or_else(|| config.environment.get(variable.name));
        match value.filter(|value| !(value.is_empty() && variable.default_if_empty)) {
            Some(value) => values.push((dollar..end, value.clone())),
            None => match variable.default {
                Some(default) => values.push((dollar..end, default.to_owned())),
                None => reader.missing_variable(source, dollar, variable.name),
            },
        }
        at = end;
    }
    values
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
    use crate::{
        FolderConfig, Format,
        folder::tests::{codes, read, read_with, statements},
    };

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

    #[test]
    fn variables_are_put_in_where_the_file_asks_for_it() {
        let text = "-- +goose Up\nSELECT '${A}';\n-- +goose ENVSUB ON\nSELECT '${A} $A ${B:-b}', $$x$$, $1, $t$y$t$;\n\
                    -- +goose ENVSUB OFF\nSELECT '$A';\n-- +goose Down\nSELECT '${A}';\n";
        let mut config = FolderConfig::default();
        config.variables.insert("A".into(), "value".into());
        let read = read_with(Format::Goose, &[("1_a.sql", text)], &config).unwrap();
        assert_eq!(
            statements(&read.items[0].up),
            [
                "SELECT '${A}'",
                "SELECT 'value value b', $$x$$, $1, $t$y$t$",
                "SELECT '$A'"
            ]
        );
        let script = &read.items[0].up;
        let last = script.statements.last().unwrap().start;
        assert_eq!(script.place(last).line, Some(6));
    }

    #[test]
    fn a_variable_without_a_value_is_a_problem() {
        let text = "-- +goose Up\n-- +goose ENVSUB ON\nSELECT '${NOPE}';\n";
        let problems = read(Format::Goose, &[("1_a.sql", text)]).unwrap_err();
        assert_eq!(codes(&problems), ["migration/missing-variable"]);
    }
}
