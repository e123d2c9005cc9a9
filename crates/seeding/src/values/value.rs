//! One value of a declarative seed: what TOML can say, and the functions that make values from names.
//!
//! | written | becomes |
//! | --- | --- |
//! | `"text"`, `1`, `1.5`, `true`, a TOML date or time | the same, as the column's type reads it |
//! | `["a", "b"]` | an array, or JSON in a JSON column |
//! | `{ a = 1 }` in a JSON column | JSON |
//! | `{ null = true }` | NULL, which TOML lacks |
//! | `{ uuid = "user/ada" }` | a UUID made from the name |
//! | `{ email_hash = ["ada", "example.org"] }` | the keyed hash of the address put together from both parts |
//! | `{ sha256 = "text" }` | its SHA-256 in hex |
//! | `{ after = { days = 1 } }` | the moment so long after the file's `epoch` |

use secrecy::SecretString;
use toml::{Value, value::Datetime};

use super::{
    copy_text, instant,
    pseudonym::{email_hash, seed_uuid, sha256},
};

/// One value, as far as it can be known without the key and the column's type.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Cell {
    Null,
    Made(String),
    EmailHash { local: String, domain: String },
    Plain(Value),
}

/// How a column wants its values written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Json,
    Array,
    Other,
}

impl Cell {
    /// Understands a value; the error says what is wrong with it.
    pub(crate) fn parse(value: Value, epoch: Option<&Datetime>) -> Result<Self, String> {
        let Value::Table(table) = &value else {
            return Ok(Self::Plain(value));
        };
        let mut entries = table.iter();
        let (Some((function, argument)), None) = (entries.next(), entries.next()) else {
            return Ok(Self::Plain(value));
        };
        match (function.as_str(), argument) {
            ("null", Value::Boolean(true)) => Ok(Self::Null),
            ("uuid", Value::String(name)) => Ok(Self::Made(seed_uuid(name))),
            ("sha256", Value::String(text)) => Ok(Self::Made(sha256(text))),
            ("email_hash", Value::Array(parts)) => match parts.as_slice() {
                [Value::String(local), Value::String(domain)] => Ok(Self::EmailHash {
                    local: local.clone(),
                    domain: domain.clone(),
                }),
                _ => Err(
                    "`email_hash` takes two texts, the part before the @ and the one behind it".to_owned(),
                ),
            },
            ("after", Value::Table(after)) => {
                let after = after.clone().try_into().map_err(|_| {
                    "`after` takes whole numbers of `days`, `hours`, `minutes` and `seconds`".to_owned()
                })?;
                let epoch = epoch.ok_or("`after` needs an `epoch` at the head of the file")?;
                instant::after(epoch, after).map(Self::Made).ok_or_else(|| {
                    "`epoch` must be a moment in UTC (`2026-01-01T00:00:00Z`) and the sum a year from 1 to 9999".to_owned()
                })
            }
            ("null" | "uuid" | "sha256" | "email_hash" | "after", _) => {
                Err(format!("`{function}` does not take such a value"))
            }
            _ => Ok(Self::Plain(value)),
        }
    }

    /// The text that the column's input function reads; none is NULL.
    ///
    /// `email_hash` without a key is NULL here: the caller has refused to start by then.
    pub(crate) fn text(&self, kind: Kind, key: Option<&SecretString>) -> Option<String> {
        match self {
            Self::Null => None,
            Self::Made(text) if kind == Kind::Json => Some(json(&Value::String(text.clone()))),
            Self::Made(text) => Some(text.clone()),
            Self::EmailHash { local, domain } => key.map(|key| email_hash(key, local, domain)),
            Self::Plain(value) => Some(match (kind, value) {
                (Kind::Json, value) | (_, value @ Value::Table(_)) => json(value),
                (_, Value::Array(elements)) => {
                    copy_text::array(&elements.iter().map(scalar).collect::<Vec<_>>())
                }
                (_, value) => scalar(value),
            }),
        }
    }
}

fn scalar(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Integer(number) => number.to_string(),
        Value::Float(number) => number.to_string(),
        Value::Boolean(truth) => truth.to_string(),
        Value::Datetime(moment) => moment.to_string(),
        Value::Array(_) | Value::Table(_) => json(value),
    }
}

/// JSON has the same scalars as TOML but for dates, which become texts.
fn json(value: &Value) -> String {
    match value {
        Value::String(text) => quoted(text),
        Value::Datetime(moment) => quoted(&moment.to_string()),
        Value::Array(elements) => format!("[{}]", elements.iter().map(json).collect::<Vec<_>>().join(",")),
        Value::Table(table) => {
            let entries = table
                .iter()
                .map(|(key, value)| format!("{}:{}", quoted(key), json(value)));
            format!("{{{}}}", entries.collect::<Vec<_>>().join(","))
        }
        Value::Integer(_) | Value::Float(_) | Value::Boolean(_) => scalar(value),
    }
}

fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            c if c.is_control() && c.is_ascii() => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(toml: &str) -> Result<Cell, String> {
        let mut table: toml::Table = toml::from_str(&format!("v = {toml}")).unwrap();
        let epoch = "2026-01-01T00:00:00Z".parse().unwrap();
        Cell::parse(table.remove("v").unwrap(), Some(&epoch))
    }

    fn text(toml: &str, kind: Kind) -> Option<String> {
        cell(toml).unwrap().text(kind, Some(&SecretString::from("k")))
    }

    #[test]
    fn values_are_written_as_their_columns_read_them() {
        assert_eq!(text("\"a\\\\b\"", Kind::Other).unwrap(), "a\\b");
        assert_eq!(text("[\"a\", \"b\"]", Kind::Array).unwrap(), "{\"a\",\"b\"}");
        assert_eq!(text("[1, 2]", Kind::Json).unwrap(), "[1,2]");
        assert_eq!(text("\"dark\"", Kind::Json).unwrap(), "\"dark\"");
        assert_eq!(
            text("{ a = [1, { b = \"x\\ty\" }], c = true }", Kind::Json).unwrap(),
            r#"{"a":[1,{"b":"x\u0009y"}],"c":true}"#
        );
        assert_eq!(text("{ null = true }", Kind::Other), None);
        assert_eq!(
            text("{ after = { hours = 25 } }", Kind::Other).unwrap(),
            "2026-01-02T01:00:00Z"
        );
        assert_eq!(text("{ sha256 = \"\" }", Kind::Other).unwrap().len(), 64);
        assert_eq!(
            text("{ email_hash = [\"a\", \"b\"] }", Kind::Other)
                .unwrap()
                .len(),
            64
        );
    }

    #[test]
    fn a_function_with_a_wrong_argument_is_refused() {
        for toml in [
            "{ uuid = 1 }",
            "{ null = false }",
            "{ email_hash = [\"ada\"] }",
            "{ email_hash = \"ada\" }",
            "{ after = { weeks = 1 } }",
        ] {
            assert!(cell(toml).is_err(), "{toml}");
        }
    }
}
