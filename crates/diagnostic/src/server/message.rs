//! The primary message.

use super::{quoted::without_values, report::RawReport};

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
    let shown = without_values(raw, raw.message);
    let has_value = raw.class() == "22" && shown.contains("value ");
    if has_value { without_numbers(&shown) } else { shown }
}

/// `setval: value 0 is out of bounds`: the number behind `value` goes.
fn without_numbers(text: &str) -> String {
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
    format!("{}{}{}", &text[..at], super::HIDDEN, &rest[number..])
}
