//! The text of a contract back to facts.

use std::{borrow::Cow, sync::Arc};

use super::CONTINUED;
use crate::{
    edition::Edition,
    fact::{Fact, Key, Object, Part, SCHEMA, has_signature},
    name, values,
};

/// A line that is no fact, counted from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BadLine {
    pub(crate) line: usize,
    pub(crate) why: &'static str,
}

fn unguarded(line: &str) -> String {
    let odd_backslashes = |rest: &str| rest.bytes().rev().take_while(|b| *b == b'\\').count() % 2 == 1;
    for (escape, blank) in [("s", ' '), ("t", '\t')] {
        if let Some(rest) = line.strip_suffix(escape)
            && odd_backslashes(rest)
        {
            let mut out = name::unescape(&rest[..rest.len() - 1]);
            out.push(blank);
            return out;
        }
    }
    name::unescape(line)
}

/// Reads the facts of a text, and of which edition it is. `first_line` is the number of its first line in the file it came from.
pub(crate) fn parse(text: &str, first_line: usize) -> Result<(Vec<Fact>, Edition), BadLine> {
    let mut edition = Edition::FIRST;
    let mut found: Vec<(Key, String)> = Vec::new();
    let mut continued = false;
    for (index, line) in text.lines().enumerate() {
        let bad = |why| BadLine {
            line: first_line + index,
            why,
        };
        // An editor that strips blanks at line ends leaves an empty continued line without its blank.
        let continuation = line
            .strip_prefix(CONTINUED)
            .or_else(|| (line == "  |").then_some(""));
        if let Some(value) = continuation {
            let (_, text) = found
                .last_mut()
                .ok_or_else(|| bad("a continued line without a fact before it"))?;
            if continued {
                text.push('\n');
            } else if !text.is_empty() {
                return Err(bad("a continued line after a value on one line"));
            }
            continued = true;
            text.push_str(&unguarded(value));
        } else if line.is_empty() || line.starts_with('#') {
            continued = false;
            edition = Edition::of_line(line).unwrap_or(edition);
        } else {
            continued = false;
            found.push(parse_fact(line).map_err(bad)?);
        }
    }
    let fact = |(key, text): (Key, String)| {
        let value = values::read(&key.object, key.part.as_deref(), &key.property, text);
        Fact { key, value }
    };
    Ok((found.into_iter().map(fact).collect(), edition))
}

/// The key of a line, and the text of its value.
fn parse_fact(line: &str) -> Result<(Key, String), &'static str> {
    let (key, value) = match split_outside_quotes(line, " = ") {
        Some((key, value)) => (key, unguarded(value)),
        None => (
            line.strip_suffix(" =").ok_or("no ` = ` between key and value")?,
            String::new(),
        ),
    };
    let mut segments = Vec::new();
    let mut rest = key;
    while let Some((segment, after)) = split_outside_quotes(rest, " / ") {
        segments.push(segment);
        rest = after;
    }
    let (object, part) = match segments.as_slice() {
        [object] => (object, None),
        [object, part] => (object, Some(Arc::new(parse_part(part)?))),
        _ => return Err("a key is an object, perhaps a part of it, and a property, with ` / ` between them"),
    };
    let key = Key {
        object: Arc::new(parse_object(object)?),
        part,
        property: Cow::Owned(rest.to_owned()),
    };
    Ok((key, value))
}

fn parse_object(text: &str) -> Result<Object, &'static str> {
    let (kind, rest) = text.split_once(' ').ok_or("an object is a kind and a name")?;
    let kind: Cow<'static, str> = Cow::Owned(kind.to_owned());
    let database_wide = || Object::new("", kind.clone(), rest);
    let Some((first, after)) = name::take(rest) else {
        return if has_signature(&kind) {
            Ok(database_wide())
        } else {
            Err("an object is a kind and a name")
        };
    };
    if kind == SCHEMA {
        return Ok(Object::new(first.clone(), kind, first));
    }
    match after.strip_prefix('.') {
        Some(name) if has_signature(&kind) => Ok(Object::new(first, kind, name)),
        None if has_signature(&kind) => Ok(database_wide()),
        Some(name) => match name::take(name) {
            Some((name, "")) => Ok(Object::new(first, kind, name)),
            _ => Err("the object's name is not a name"),
        },
        None if after.is_empty() => Ok(Object::new("", kind, first)),
        None => Err("the object's name is not a name"),
    }
}

fn parse_part(text: &str) -> Result<Part, &'static str> {
    let (kind, rest) = text.split_once(' ').ok_or("a part is a kind and a name")?;
    match name::take(rest) {
        Some((name, "")) => Ok(Part {
            kind: Cow::Owned(kind.to_owned()),
            name,
        }),
        _ => Err("the part's name is not a name"),
    }
}

/// Splits at the first separator that is not within double quotes.
fn split_outside_quotes<'a>(text: &'a str, separator: &str) -> Option<(&'a str, &'a str)> {
    let mut is_quoted = false;
    for (at, byte) in text.bytes().enumerate() {
        if byte == b'"' {
            is_quoted = !is_quoted;
        } else if !is_quoted && text.as_bytes()[at..].starts_with(separator.as_bytes()) {
            return Some((&text[..at], &text[at + separator.len()..]));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Snapshot;

    fn fact(object: Object, part: Option<(&'static str, &str)>, property: &'static str, value: &str) -> Fact {
        Fact {
            key: Key {
                object: Arc::new(object),
                part: part.map(|(kind, name)| {
                    Arc::new(Part {
                        kind: kind.into(),
                        name: name.into(),
                    })
                }),
                property: property.into(),
            },
            value: value.into(),
        }
    }

    fn awkward() -> Snapshot {
        Snapshot::from_facts(vec![
            fact(
                Object::new("app", "table", "users"),
                None,
                "columns",
                "id, \"a = b\"",
            ),
            fact(
                Object::new("app", "table", "a / b"),
                Some(("column", "x = \"y\" / z")),
                "type",
                "text",
            ),
            fact(
                Object::new("app", "function", "f(text, \"My Type\")"),
                None,
                "body",
                "\nBEGIN\n  \n\tx := '\\d'; \nEND\n",
            ),
            fact(
                Object::new("app", "function", "g()"),
                None,
                "body",
                "line\r\nnext \\s",
            ),
            fact(Object::new("app", "schema", "app"), None, "owner", ""),
            fact(Object::new("", "extension", "pg-crypto"), None, "version", "1.3 "),
            fact(
                Object::new("", "cast", "(app.\"T t\" AS text)"),
                None,
                "context",
                "explicit\\",
            ),
        ])
    }

    #[test]
    fn a_text_reads_back_as_what_was_written() {
        let snapshot = awkward();
        let text = snapshot.to_text();
        assert_eq!(Snapshot::parse(&text).unwrap(), snapshot, "{text}");
        assert!(
            !text
                .lines()
                .any(|line| line != line.trim_end() && line != CONTINUED),
            "{text}"
        );
    }

    #[test]
    fn an_editor_that_strips_line_ends_changes_nothing() {
        let snapshot = awkward();
        let stripped: String = snapshot
            .to_text()
            .lines()
            .map(|line| format!("{}\n", line.trim_end()))
            .collect();
        assert_eq!(Snapshot::parse(&stripped).unwrap(), snapshot);
    }

    #[test]
    fn a_line_that_is_no_fact_is_named() {
        for text in [
            "# x\nnonsense",
            "# x\n  | nothing before",
            "# x\ntable = 1",
            "# x\ntable a.b / x y z / p = 1",
        ] {
            assert_eq!(parse(text, 5).unwrap_err().line, 6, "{text}");
        }
    }

    #[test]
    fn a_long_name_takes_no_longer_than_its_length() {
        // With every separator counting the quotes before it, this took minutes.
        let name = " / ".repeat(300_000);
        let text = format!("table app.\"{name}\" / owner = a\n");
        assert_eq!(parse(&text, 1).unwrap().0[0].key.object.name, name);
    }
}
