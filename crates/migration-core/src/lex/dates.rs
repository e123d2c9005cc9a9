//! Dates and times in strings, of which the server makes something else under another time zone or date style.

use super::{TokenKind, tokens};

/// The settings on which the dates and times in the strings of a text depend: `timezone`, `datestyle`. A string may be something else
/// than a date, which only the server knows.
pub(crate) fn settings_of_dates(sql: &str) -> Vec<&'static str> {
    let strings = tokens(sql).filter(|token| token.kind == TokenKind::Text);
    let (mut zone, mut style) = (false, false);
    for token in strings {
        let text = sql[token.start..token.end].trim_start_matches(['E', 'e']);
        if let Some(found) = text.strip_prefix('\'').and_then(date) {
            zone |= found.lacks_zone;
            style |= found.is_ambiguous;
        }
    }
    let settings = [("timezone", zone), ("datestyle", style)];
    settings
        .into_iter()
        .filter_map(|(name, depends)| depends.then_some(name))
        .collect()
}

/// A date at the beginning of a string.
struct Date {
    lacks_zone: bool,
    /// The year is not first, or not of four digits.
    is_ambiguous: bool,
}

fn date(text: &str) -> Option<Date> {
    let (first, rest) = digits(text.trim_start(), 4)?;
    let separator = rest.chars().next().filter(|c| matches!(c, '-' | '/' | '.'))?;
    let (_, rest) = digits(&rest[1..], 2)?;
    let (_, rest) = digits(rest.strip_prefix(separator)?, 4)?;
    if rest.starts_with(separator) || rest.starts_with('/') {
        return None;
    }
    let is_zone = |c: char| matches!(c, '+' | '-') || c.is_ascii_alphabetic() && c != 'T';
    Some(Date {
        lacks_zone: !rest.contains(is_zone),
        is_ambiguous: first.len() < 4,
    })
}

/// Up to so many digits, and what comes after them.
fn digits(text: &str, most: usize) -> Option<(&str, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    (1..=most).contains(&end).then(|| text.split_at(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_date_leaves_open_is_what_it_depends_on() {
        for (sql, expected) in [
            ("VALUES ('2024-07-01 00:00', 1)", &["timezone"][..]),
            ("FROM ('2024-07-01') TO ('2024-08-01')", &["timezone"]),
            (
                "VALUES ('2024-07-01 00:00Z'), ('2024-07-01T00:00:00+02'), ('2024-07-01 00:00 Asia/Tokyo')",
                &[],
            ),
            ("VALUES ('03/02/2024')", &["timezone", "datestyle"]),
            ("VALUES ('1.2.24 10:00 UTC')", &["datestyle"]),
            (
                "VALUES ('10.0.0.1', '1.2', '555-12-345678', '192.168.1.0/24', 'a', '')",
                &[],
            ),
            ("DEFAULT now() -- '2024-07-01'", &[]),
        ] {
            assert_eq!(settings_of_dates(sql), expected, "{sql}");
        }
    }
}
