//! Where quoted things end: strings, quoted identifiers, dollar quotes, comments.
//!
//! Each function takes the text and an offset behind the opening mark, and gives the offset behind the closing
//! one, or `None` where the text ends first.
//!
//! Left out on purpose: telling what opens a quote, which is the token scanner's part.

use memchr::{memchr, memchr2};

/// Behind the `quote` that closes a quoted text in which a doubled one stands for itself.
pub(super) fn doubled(text: &[u8], mut at: usize, quote: u8) -> Option<usize> {
    loop {
        at += memchr(quote, &text[at..])? + 1;
        if text.get(at) != Some(&quote) {
            return Some(at);
        }
        at += 1;
    }
}

/// Behind the quote that closes an `E'…'` string, its continuations on further lines included.
///
/// A string that follows after white space with a line end belongs to the same literal, and inside it a backslash
/// escapes too, which is why it cannot be left to the next token.
pub(super) fn escaped(text: &[u8], mut at: usize) -> Option<usize> {
    loop {
        at += memchr2(b'\'', b'\\', &text[at..])?;
        if text[at] == b'\\' {
            at = (at + 2).min(text.len());
            continue;
        }
        at += 1;
        if text.get(at) == Some(&b'\'') {
            at += 1;
        } else if let Some(next) = continuation(text, at) {
            at = next;
        } else {
            return Some(at);
        }
    }
}

/// Behind the opening quote of a string that continues the one that ends at `at`.
fn continuation(text: &[u8], mut at: usize) -> Option<usize> {
    let mut line_ended = false;
    loop {
        match text.get(at)? {
            b'\n' | b'\r' => line_ended = true,
            b' ' | b'\t' | 0x0b | 0x0c => {}
            b'-' if text.get(at + 1) == Some(&b'-') => {
                at = line_end(text, at);
                continue;
            }
            b'\'' => return line_ended.then_some(at + 1),
            _ => return None,
        }
        at += 1;
    }
}

/// The tag of the dollar quote that begins at `at` (`$$`, `$body$`), both dollar signs included.
pub(super) fn dollar_tag(text: &[u8], at: usize) -> Option<&[u8]> {
    let mut end = at + 1;
    match text.get(end)? {
        b'$' => return Some(&text[at..=end]),
        first if begins_word(*first) => {}
        _ => return None,
    }
    while let Some(byte) = text.get(end) {
        match byte {
            b'$' => return Some(&text[at..=end]),
            byte if continues_word(*byte) => end += 1,
            _ => return None,
        }
    }
    None
}

/// Behind the closing tag of a dollar quote.
pub(super) fn dollar(text: &[u8], mut at: usize, tag: &[u8]) -> Option<usize> {
    loop {
        at += memchr(b'$', &text[at..])?;
        if text[at..].starts_with(tag) {
            return Some(at + tag.len());
        }
        // A tag holds no dollar sign in its middle, so that no byte is compared more than twice.
        at += 1;
    }
}

/// Behind the `*/` that closes a block comment; they nest.
pub(super) fn block_comment(text: &[u8], mut at: usize) -> Option<usize> {
    let mut depth = 1_usize;
    loop {
        at += memchr2(b'*', b'/', &text[at..])?;
        match (text[at], text.get(at + 1)) {
            (b'*', Some(b'/')) => {
                at += 2;
                depth -= 1;
                if depth == 0 {
                    return Some(at);
                }
            }
            (b'/', Some(b'*')) => {
                at += 2;
                depth += 1;
            }
            _ => at += 1,
        }
    }
}

/// The end of the line that `at` is in, its line end excluded: a line feed, a carriage return, or the text's end.
pub(super) fn line_end(text: &[u8], at: usize) -> usize {
    memchr2(b'\n', b'\r', &text[at..]).map_or(text.len(), |length| at + length)
}

/// Behind the line `\.` that ends the data of a COPY, for data whose first line begins at `at`.
pub(super) fn copy_data(text: &[u8], mut at: usize) -> Option<usize> {
    loop {
        let line = &text[at..line_end(text, at)];
        if line == b"\\." {
            return Some(at + 2);
        }
        at += memchr(b'\n', &text[at..])? + 1;
    }
}

/// Whether an identifier or keyword may begin with this byte; all of a multi-byte character counts as letters.
pub(super) fn begins_word(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_' || byte >= 0x80
}

/// Whether a word may go on with this byte, the dollar sign left out.
pub(super) fn continues_word(byte: u8) -> bool {
    begins_word(byte) || byte.is_ascii_digit()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_doubled_quote_does_not_end_the_text() {
        assert_eq!(doubled(b"'it''s' x", 1, b'\''), Some(7));
        assert_eq!(doubled(b"'it''s", 1, b'\''), None);
        assert_eq!(
            doubled(b"'a\\' x", 1, b'\''),
            Some(4),
            "a backslash is an ordinary character"
        );
    }

    #[test]
    fn a_backslash_escapes_in_an_escape_string_and_its_continuations() {
        assert_eq!(escaped(br"E'a\'b' x", 2), Some(7));
        assert_eq!(escaped(br"E'a\\' x", 2), Some(6));
        let continued = b"E'a' -- why\n 'b\\'c' x";
        assert_eq!(escaped(continued, 2), Some(continued.len() - 2));
        assert_eq!(
            escaped(b"E'a' 'b\\'c'", 2),
            Some(4),
            "without a line end it is no continuation"
        );
        assert_eq!(escaped(b"E'a\\", 2), None);
    }

    #[test]
    fn a_dollar_tag_is_an_identifier_between_dollar_signs() {
        assert_eq!(dollar_tag(b"$$ x", 0), Some(&b"$$"[..]));
        assert_eq!(dollar_tag(b"$body$ x", 0), Some(&b"$body$"[..]));
        assert_eq!(dollar_tag("$größe$".as_bytes(), 0), Some("$größe$".as_bytes()));
        for no_tag in [&b"$1"[..], b"$1$", b"$a b$", b"$", b"$a"] {
            assert_eq!(dollar_tag(no_tag, 0), None);
        }
    }

    #[test]
    fn a_dollar_quote_ends_at_its_own_tag_only() {
        let text = b"$a$ $$ $b$ $ab$ $a$ rest";
        assert_eq!(dollar(text, 3, b"$a$"), Some(19));
        assert_eq!(dollar(text, 3, b"$c$"), None);
        assert_eq!(
            dollar(b"$a$x$$a$", 3, b"$a$"),
            Some(8),
            "a dollar sign right before the tag"
        );
    }

    #[test]
    fn block_comments_nest() {
        assert_eq!(block_comment(b"/* a /* b */ c */ d", 2), Some(17));
        assert_eq!(block_comment(b"/* a /* b */ c", 2), None);
        assert_eq!(
            block_comment(b"/*/ */", 2),
            Some(6),
            "`/*/` does not close itself"
        );
    }

    #[test]
    fn copy_data_ends_at_a_line_of_its_own() {
        assert_eq!(copy_data(b"1\t\\N\n2\\.\n\\.\nrest", 0), Some(11));
        assert_eq!(copy_data(b"1\r\n\\.\r\n", 0), Some(5));
        assert_eq!(copy_data(b"\\.", 0), Some(2));
        assert_eq!(copy_data(b"1\n2\n", 0), None);
    }
}
