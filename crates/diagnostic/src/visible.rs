//! Text of files, servers, names and arguments as a terminal may show it: what would control the terminal, or could not be
//! seen, is written out.

use std::{borrow::Cow, fmt::Write};

/// The text on one line, every character of it to be seen: `\n`, `\x1b`, `\u{202e}`.
pub fn visible(text: &str) -> Cow<'_, str> {
    escape(text, |_| false)
}

/// The same for a block of lines: line ends and tabs stay.
pub fn visible_lines(text: &str) -> Cow<'_, str> {
    escape(text, |c| matches!(c, '\n' | '\t'))
}

/// A JSON document with the same characters escaped as JSON has it, which says the same to whatever reads it: `\u202e`. Line ends and
/// tabs, which only stand between its values, stay.
pub fn visible_json(document: &str) -> Cow<'_, str> {
    let is_hidden = |c: char| hides(c) && !matches!(c, '\n' | '\t' | '\r');
    if !document.chars().any(is_hidden) {
        return Cow::Borrowed(document);
    }
    let mut out = String::with_capacity(document.len() + 8);
    for c in document.chars() {
        if is_hidden(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _ = write!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

/// A character as [`visible`] writes it, where that is not the character itself.
pub(crate) fn written_out(c: char) -> Option<String> {
    hides(c).then(|| match c {
        '\n' => "\\n".to_owned(),
        '\r' => "\\r".to_owned(),
        '\t' => "\\t".to_owned(),
        c if c.is_ascii() => format!("\\x{:02x}", u32::from(c)),
        c => format!("\\u{{{:x}}}", u32::from(c)),
    })
}

fn escape(text: &str, stays: impl Fn(char) -> bool) -> Cow<'_, str> {
    if !text.chars().any(|c| hides(c) && !stays(c)) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match written_out(c) {
            Some(escape) if !stays(c) => {
                let _ = out.write_str(&escape);
            }
            _ => out.push(c),
        }
    }
    Cow::Owned(out)
}

/// Whether a character controls a terminal, changes the direction of what follows, or cannot be seen.
fn hides(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{ad}'
                | '\u{61c}'
                | '\u{115f}'
                | '\u{1160}'
                | '\u{180e}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{3164}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e007f}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_controls_a_terminal_is_written_out() {
        for (text, shown) in [
            ("a\x1b[31mb", "a\\x1b[31mb"),
            ("a\r\x08\x7f\0", "a\\r\\x08\\x7f\\x00"),
            ("\u{9b}31m", "\\u{9b}31m"),
            ("a\nok", "a\\nok"),
            ("a\tb", "a\\tb"),
        ] {
            assert_eq!(visible(text), shown);
        }
        assert_eq!(visible_lines("a\n\tb\r\x1b]0;x\x07"), "a\n\tb\\r\\x1b]0;x\\x07");
    }

    #[test]
    fn what_turns_text_round_or_cannot_be_seen_is_written_out() {
        let mut all = vec!['\u{61c}', '\u{feff}', '\u{2060}', '\u{e0041}'];
        all.extend('\u{200b}'..='\u{200f}');
        all.extend('\u{2028}'..='\u{202e}');
        all.extend('\u{2066}'..='\u{2069}');
        for c in all {
            assert_eq!(visible(&format!("a{c}b")), format!("a\\u{{{:x}}}b", u32::from(c)));
        }
    }

    #[test]
    fn what_can_be_seen_stays() {
        for text in ["größe", "日本語", "🐘", "e\u{301}", "a b", "\\x1b"] {
            assert!(matches!(visible(text), Cow::Borrowed(same) if same == text));
        }
    }

    #[test]
    fn a_json_document_says_the_same_without_hidden_characters() {
        assert_eq!(
            visible_json("{\n\t\"a\u{202e}\": \"\u{7f}\u{85}\u{200b}\u{e0001}ü\"\n}"),
            "{\n\t\"a\\u202e\": \"\\u007f\\u0085\\u200b\\udb40\\udc01ü\"\n}"
        );
        assert!(matches!(visible_json("{\n\t\"a\": \"ü\"\n}"), Cow::Borrowed(_)));
    }
}
