//! The primary message.

use super::{
    quoted::without_values,
    raw::{HIDDEN, RawReport},
};

/// What stands for the text of a `RAISE`, which may hold anything.
const OF_A_FUNCTION: &str = "a function raised an error, and its text is hidden";

/// The message without values.
pub(super) fn message(raw: &RawReport<'_>) -> String {
    if raw.is_written_by_user() {
        // `RAISE` without a text: the server puts the name of the condition in its place.
        return match raw.message {
            "assertion failed" => raw.message.to_owned(),
            _ => OF_A_FUNCTION.to_owned(),
        };
    }
    let shown = one_line(&without_values(raw, raw.message));
    if raw.class() != "22" || shown.contains(HIDDEN) {
        return shown;
    }
    without_numbers(&shown)
}

/// Some messages repeat what a library says, line by line.
fn one_line(text: &str) -> String {
    let lines: Vec<_> = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    lines.join(" ")
}

/// `setval: value 0 is out of bounds`, `date field value out of range: 1-02-99`: values without quotes go.
fn without_numbers(text: &str) -> String {
    if let Some((what, value)) = text.rsplit_once(": ")
        && !value.contains(' ')
        && value.contains(|c: char| c.is_ascii_digit())
    {
        return format!("{what}: {HIDDEN}");
    }
    let Some(at) = text.find("value ").map(|at| at + "value ".len()) else {
        return text.to_owned();
    };
    let rest = &text[at..];
    let number = rest
        .find(|c: char| !(c.is_ascii_digit() || matches!(c, '-' | '.')))
        .unwrap_or(rest.len());
    if number == 0 {
        return text.to_owned();
    }
    format!("{}{}{}", &text[..at], HIDDEN, &rest[number..])
}
