//! PostgreSQL's text forms of values: a line of `COPY` text, an array, an identifier.

use std::fmt::Write;

/// Appends one field; the caller puts tabs between fields and a line end behind the last.
pub(crate) fn push_field(line: &mut String, field: Option<&str>) {
    let Some(text) = field else {
        line.push_str("\\N");
        return;
    };
    for c in text.chars() {
        match c {
            '\\' => line.push_str("\\\\"),
            '\t' => line.push_str("\\t"),
            '\n' => line.push_str("\\n"),
            '\r' => line.push_str("\\r"),
            other => line.push(other),
        }
    }
}

/// An array of texts as its input function reads it; every element quoted, so that none is taken for NULL.
pub(crate) fn array(elements: &[String]) -> String {
    let mut out = String::from("{");
    for (position, element) in elements.iter().enumerate() {
        let comma = if position == 0 { "" } else { "," };
        let quoted = element.replace('\\', "\\\\").replace('"', "\\\"");
        let _ = write!(out, "{comma}\"{quoted}\"");
    }
    out.push('}');
    out
}

/// A name in double quotes.
pub(crate) fn identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_keep_what_copy_gives_a_meaning_to() {
        let mut line = String::new();
        push_field(&mut line, Some("a\tb\\c\nd\re"));
        line.push('\t');
        push_field(&mut line, None);
        assert_eq!(line, "a\\tb\\\\c\\nd\\re\t\\N");
    }

    #[test]
    fn arrays_and_identifiers_are_quoted() {
        let elements = ["a,b".to_owned(), "say \"NULL\"".to_owned(), "c\\d".to_owned()];
        assert_eq!(array(&elements), r#"{"a,b","say \"NULL\"","c\\d"}"#);
        assert_eq!(identifier("we\"ird"), "\"we\"\"ird\"");
    }
}
