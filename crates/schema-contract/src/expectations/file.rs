//! The file of expectations.

use std::{collections::BTreeMap, path::Path};

use diagnostic::{Place, SizeLimit, read_text};
use serde::{Deserialize, Deserializer};

use super::lines::Lines;
use crate::Error;

/// What one consumer expects.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expectations {
    /// Numbers of migrations that must be applied, by component.
    #[serde(default)]
    pub migrations: BTreeMap<String, Vec<u64>>,
    /// Tables, by `schema.table` or, in `public`, by name alone.
    #[serde(default)]
    pub tables: BTreeMap<String, Table>,
    /// Where they stand in their file.
    #[serde(skip)]
    pub(super) lines: Lines,
}

/// What is expected of a table.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// What kind of table it is.
    pub kind: Option<Kind>,
    /// The columns of its primary key, in order.
    pub primary_key: Option<Vec<String>>,
    /// Sets of columns that must be unique, by a constraint or by a unique index that is not partial.
    #[serde(default)]
    pub unique: Vec<Vec<String>>,
    /// Columns that some index must start with, in order.
    #[serde(default)]
    pub indexes: Vec<Vec<String>>,
    /// Columns that must be there.
    #[serde(default)]
    pub columns: BTreeMap<String, Column>,
    /// Partitions that must be there.
    pub partitions: Option<Partitions>,
}

/// What kind of table is expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum Kind {
    /// An ordinary table.
    #[serde(rename = "table")]
    Table,
    /// A partitioned table.
    #[serde(rename = "partitioned table")]
    Partitioned,
}

/// What is expected of a column: its type alone, or more.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Column {
    /// The type as `format_type` writes it; NULL or not.
    Type(String),
    /// More than the type.
    More(Detail),
}

/// What is expected of a column in detail.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Detail {
    /// The type as `format_type` writes it.
    #[serde(rename = "type")]
    pub data_type: Option<String>,
    /// Whether it must be NOT NULL (`true`) or must take NULL (`false`).
    pub not_null: Option<bool>,
}

/// Which partitions are expected.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Partitions {
    /// How much time a partition covers.
    pub interval: Interval,
    /// How many intervals after the present one must have theirs, up to 10,000.
    #[serde(default, deserialize_with = "ahead")]
    pub ahead: u32,
    /// Whether there must be a default partition.
    #[serde(default)]
    pub default: bool,
    /// The call by which a job makes them, such as `ensure_audit_event_partitions(3)`. A database fresh from the
    /// migrations is looked at after this call, which is rolled back.
    pub made_by: Option<String>,
}

/// How much time a partition covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Interval {
    /// A day.
    Day,
    /// A week that starts on Monday.
    Week,
    /// A calendar month.
    Month,
    /// A calendar year.
    Year,
}

/// Nobody makes as many partitions. With billions of them the calendar would never end.
const MOST_AHEAD: u32 = 10_000;

fn ahead<'de, D: Deserializer<'de>>(value: D) -> Result<u32, D::Error> {
    let ahead = u32::deserialize(value)?;
    if ahead > MOST_AHEAD {
        let what = format!("`ahead` is at most {MOST_AHEAD}");
        return Err(serde::de::Error::custom(what));
    }
    Ok(ahead)
}

impl Column {
    pub(super) fn data_type(&self) -> Option<&str> {
        match self {
            Self::Type(data_type) => Some(data_type),
            Self::More(detail) => detail.data_type.as_deref(),
        }
    }

    pub(super) fn not_null(&self) -> Option<bool> {
        match self {
            Self::Type(_) => None,
            Self::More(detail) => detail.not_null,
        }
    }
}

/// Reads a file of expectations.
///
/// # Errors
///
/// [`Error::Io`], and [`Error::BadExpectations`] with the place in the file.
pub fn read(path: &Path) -> Result<Expectations, Error> {
    let shown = path.display().to_string();
    let text = read_text(path, SizeLimit::DEFAULT).map_err(|error| Error::Io {
        path: shown.clone(),
        source: error.into(),
    })?;
    parse(&text, &shown)
}

/// Reads expectations from a text; `file` is what errors call it.
///
/// # Errors
///
/// [`Error::BadExpectations`] with the place in the file.
pub fn parse(text: &str, file: &str) -> Result<Expectations, Error> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let parsed = toml::from_str(text).map_err(|error| {
        let offset = error.span().map_or(0, |span| span.start);
        Error::BadExpectations {
            place: Box::new(Place::at_byte(file, text, offset)),
            why: error.message().lines().next().unwrap_or_default().to_owned(),
        }
    });
    parsed.map(|expectations: Expectations| Expectations {
        lines: Lines::read(text),
        ..expectations
    })
}

#[cfg(test)]
mod tests {
    use diagnostic::Explain;

    use super::*;

    #[test]
    fn an_unknown_key_is_an_error_with_its_place() {
        let error = parse("[tables.users]\nprimarykey = [\"id\"]\n", "e.toml").unwrap_err();
        assert_eq!(error.code(), "expectation/unreadable");
        assert_eq!(error.place().unwrap().line, Some(2));
        assert!(error.to_string().contains("primarykey"), "{error}");
    }

    #[test]
    fn a_byte_order_mark_is_no_syntax_error() {
        let expected = parse("[tables.users]\n", "e.toml").unwrap();
        assert_eq!(parse("\u{feff}[tables.users]\n", "e.toml").unwrap(), expected);
    }

    #[test]
    fn a_column_is_a_type_or_more() {
        let text = "[tables.t.columns]\na = \"text\"\nb = { type = \"uuid\", not_null = true }\n";
        let table = &parse(text, "e.toml").unwrap().tables["t"];
        assert_eq!(
            (table.columns["a"].data_type(), table.columns["a"].not_null()),
            (Some("text"), None)
        );
        assert_eq!(
            (table.columns["b"].data_type(), table.columns["b"].not_null()),
            (Some("uuid"), Some(true))
        );
    }

    #[test]
    fn partitions_for_billions_of_years_are_refused_at_their_place() {
        let text = |ahead: u32| format!("[tables.t.partitions]\ninterval = \"year\"\nahead = {ahead}\n");
        assert!(parse(&text(10_000), "e.toml").is_ok());
        let error = parse(&text(u32::MAX), "e.toml").unwrap_err();
        assert_eq!(error.place().unwrap().line, Some(3));
        assert!(error.to_string().contains("at most 10000"), "{error}");
    }
}
