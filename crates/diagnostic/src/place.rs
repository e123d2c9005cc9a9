//! Where a problem is: a file, and within it a line and column with the text that stands there.

use std::ops::Range;

use serde::Serialize;

use crate::Redactor;

/// A file, and where known the line and column in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Place {
    /// The path as the person would type it from where the command ran.
    pub file: String,
    /// The line, counted from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// The column in characters, counted from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<usize>,
    /// The text of that line, to print with a caret.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<SourceLine>,
}

/// The source line that a caret points into.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SourceLine {
    /// The line without its line end.
    pub text: String,
    /// How many characters the caret underlines, at least 1.
    pub width: usize,
}

impl Place {
    /// A file as a whole.
    pub fn file(file: impl Into<String>) -> Self {
        Self {
            file: file.into(),
            line: None,
            column: None,
            source: None,
        }
    }

    /// The same as [`Place::at_byte`], with what lies in these ranges of the text left out of the source line: each
    /// character is a dot.
    pub fn at_byte_without(
        file: impl Into<String>,
        text: &str,
        offset: usize,
        blanks: &[Range<usize>],
    ) -> Self {
        let mut place = Self::at_byte(file, text, offset);
        let end = text.floor_char_boundary(offset);
        let start = text[..end].rfind('\n').map_or(0, |newline| newline + 1);
        if let Some(source) = &mut place.source {
            source.blank(start, blanks);
        }
        place
    }

    /// A byte offset in a text, as line, column and source line. The caret covers the word that starts there.
    ///
    /// An offset past the end points behind the last character; one inside a character points at it.
    pub fn at_byte(file: impl Into<String>, text: &str, offset: usize) -> Self {
        let offset = text.floor_char_boundary(offset);
        let before = &text[..offset];
        let start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let rest = &text[start..];
        let line = rest.split(['\n', '\r']).next().unwrap_or_default();
        let word = text[offset..]
            .chars()
            .take_while(|c| c.is_alphanumeric() || *c == '_')
            .count();
        Self {
            file: file.into(),
            line: Some(before.matches('\n').count() + 1),
            column: Some(text[start..offset].chars().count() + 1),
            source: Some(SourceLine {
                text: line.to_owned(),
                width: word.max(1),
            }),
        }
    }
}

impl SourceLine {
    /// The line with every character of these ranges replaced by a dot; `start` is where the line begins in the text that the
    /// ranges are of. Columns stay as they are.
    fn blank(&mut self, start: usize, blanks: &[Range<usize>]) {
        let dotted = self.text.char_indices().map(|(at, c)| {
            let is_blank = blanks.iter().any(|range| range.contains(&(start + at)));
            if is_blank { '.' } else { c }
        });
        self.text = dotted.collect();
    }

    pub(crate) fn redact(&mut self, redactor: &Redactor) {
        self.text = redactor.dotted(&self.text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_offset_becomes_line_column_and_word() {
        let text = "SELECT 1;\nALTER TABLE nope ADD x int;\n";
        let place = Place::at_byte("a.sql", text, text.find("nope").unwrap());
        assert_eq!((place.line, place.column), (Some(2), Some(13)));
        assert_eq!(
            place.source,
            Some(SourceLine {
                text: "ALTER TABLE nope ADD x int;".into(),
                width: 4
            })
        );
    }

    #[test]
    fn columns_count_characters_and_line_ends_may_be_crlf() {
        let text = "-- ä\r\n'ß' x\r\n";
        let place = Place::at_byte("a.sql", text, text.find('x').unwrap());
        assert_eq!((place.line, place.column), (Some(2), Some(5)));
        assert_eq!(place.source.unwrap().text, "'ß' x");
    }

    #[test]
    fn what_is_left_out_is_dots_in_as_many_columns() {
        let text = "x;\nSELECT 'größe', 日 y;\n";
        let inside = text.find("größe").unwrap();
        let inside = inside..inside + "größe".len();
        let place = Place::at_byte_without("a", text, text.find('y').unwrap(), std::slice::from_ref(&inside));
        assert_eq!((place.line, place.column), (Some(2), Some(19)));
        assert_eq!(place.source.unwrap().text, "SELECT '.....', 日 y;");
    }

    #[test]
    fn offsets_outside_and_inside_characters_do_not_panic() {
        assert_eq!(Place::at_byte("a", "ä", 1).column, Some(1));
        assert_eq!(Place::at_byte("a", "ä", 99).column, Some(2));
        assert_eq!(Place::at_byte("a", "", 0).line, Some(1));
    }
}
