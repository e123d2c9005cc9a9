//! Names as they are written in a contract: plain where they are plain, in double quotes elsewhere.
//!
//! Keywords are not quoted: nobody runs this text, and the list of keywords differs from version to version.

use std::borrow::Cow;

/// The name, in double quotes if it is anything but lower-case letters, digits and underscores.
pub(crate) fn quoted(name: &str) -> Cow<'_, str> {
    let plain = |c: char| c == '_' || c.is_ascii_lowercase() || c.is_ascii_digit();
    if !name.is_empty() && !name.starts_with(|c: char| c.is_ascii_digit()) && name.chars().all(plain) {
        Cow::Borrowed(name)
    } else {
        Cow::Owned(format!("\"{}\"", escape(&name.replace('"', "\"\""))))
    }
}

/// A qualified name.
pub(crate) fn qualified(schema: &str, name: &str) -> String {
    format!("{}.{}", quoted(schema), quoted(name))
}

/// A list of names with commas.
pub(crate) fn list(names: &[String]) -> String {
    let mut out = String::new();
    for name in names {
        if !out.is_empty() {
            out.push_str(", ");
        }
        out.push_str(&quoted(name));
    }
    out
}

/// The names of a list at the start of a text, unquoted, and the rest of the text.
pub(crate) fn take_list(text: &str) -> (Vec<String>, &str) {
    let mut names = Vec::new();
    let mut rest = text;
    while let Some((name, after)) = take(rest) {
        names.push(name);
        match after.strip_prefix(", ") {
            Some(after) => rest = after,
            None => return (names, after),
        }
    }
    (names, rest)
}

/// Splits a name off the front of a text and gives it unquoted, with the rest.
pub(crate) fn take(text: &str) -> Option<(String, &str)> {
    if let Some(rest) = text.strip_prefix('"') {
        let mut from = 0;
        loop {
            let end = from + rest[from..].find('"')?;
            if rest[end + 1..].starts_with('"') {
                from = end + 2;
            } else {
                return Some((unescape(&rest[..end]).replace("\"\"", "\""), &rest[end + 1..]));
            }
        }
    }
    let end = text
        .find(|c: char| !(c == '_' || c.is_ascii_alphanumeric()))
        .unwrap_or(text.len());
    (end > 0).then(|| (text[..end].to_owned(), &text[end..]))
}

/// Line ends and backslashes written as escapes, so that a text stays on its line.
pub(crate) fn escape(text: &str) -> Cow<'_, str> {
    if !text.contains(['\\', '\n', '\r']) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(
        text.replace('\\', "\\\\")
            .replace('\n', "\\n")
            .replace('\r', "\\r"),
    )
}

/// The reverse of [`escape`].
pub(crate) fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match (c, c == '\\') {
            (_, true) => match chars.next() {
                Some('n') => out.push('\n'),
                Some('r') => out.push('\r'),
                Some(other) => out.push(other),
                None => out.push('\\'),
            },
            (c, false) => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_back_as_they_were() {
        for name in [
            "users",
            "Users",
            "a b",
            "say \"hi\"",
            "1st",
            "",
            "new\nline",
            "back\\slash",
            "a / b = c",
        ] {
            let text = format!("{}.rest", quoted(name));
            assert_eq!(take(&text), Some((name.to_owned(), ".rest")), "{text}");
            assert!(!text.contains('\n'));
        }
    }

    #[test]
    fn an_open_quote_is_no_name() {
        assert_eq!(take("\"open"), None);
        assert_eq!(take(""), None);
    }
}
