//! The detail: of rows the shape is shown, of objects the sentence, and nothing of what is not known.

use super::{
    quoted::without_values,
    raw::{HIDDEN, RawReport},
};

/// Classes of SQLSTATEs whose details are about objects, settings and sessions rather than rows.
const ABOUT_OBJECTS: [&str; 15] = [
    "0A", "25", "28", "2B", "2F", "3D", "3F", "40", "42", "53", "54", "55", "57", "58", "0L",
];

/// Beginnings of details of class 22 that say what is wrong with a value, and not the value.
const ABOUT_FORM: [&str; 6] = [
    "A field with precision",
    "Array value must start",
    "Expected ",
    "The input string ended",
    "Value must be",
    "Unexpected array element",
];

/// The detail without values.
pub(super) fn detail(raw: &RawReport<'_>, text: &str) -> String {
    if raw.is_written_by_user() {
        return HIDDEN.to_owned();
    }
    if let Some(shown) = key(raw, text).or_else(|| row(text)) {
        return shown;
    }
    if ABOUT_OBJECTS.contains(&raw.class()) {
        return without_values(raw, text);
    }
    if text.starts_with("Token \"") && text.ends_with("\" is invalid.") {
        return format!("Token {HIDDEN} is invalid.");
    }
    let is_form = raw.class() == "22" && ABOUT_FORM.iter().any(|start| text.starts_with(start));
    if is_form && !text.contains('"') {
        return text.to_owned();
    }
    HIDDEN.to_owned()
}

/// `Key (a, b)=(1, 2) already exists.`
fn key(raw: &RawReport<'_>, text: &str) -> Option<String> {
    let columns = text
        .strip_prefix("Key (")
        .and_then(|rest| rest.split_once(")=("))?
        .0;
    let named = |before: &str| {
        let (_, name) = text.strip_suffix("\".")?.rsplit_once(before)?;
        (!name.contains('"')).then(|| format!("{before}{name}\"."))
    };
    let plain = [" already exists.", " is duplicated."].into_iter();
    let end = plain
        .filter(|end| text.ends_with(end))
        .map(ToOwned::to_owned)
        .next()
        .or_else(|| named(" is not present in table \""))
        .or_else(|| named(" is still referenced from table \""));
    let end = match end {
        Some(end) => end,
        None if raw.sqlstate == "23P01" => format!(" conflicts with existing key ({columns})=({HIDDEN})."),
        None => format!(" {HIDDEN}"),
    };
    Some(format!("Key ({columns})=({HIDDEN}){end}"))
}

/// `Failing row contains (1, a).`
fn row(text: &str) -> Option<String> {
    if text.starts_with("Failing row contains (") {
        return Some(format!("Failing row contains ({HIDDEN})."));
    }
    let rest = text.strip_prefix("Partition key of the failing row contains (")?;
    let columns = rest.split_once(") = (")?.0;
    Some(format!(
        "Partition key of the failing row contains ({columns}) = ({HIDDEN})."
    ))
}
