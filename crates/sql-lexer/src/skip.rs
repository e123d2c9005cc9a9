//! Stepping over what cannot end a statement, without cutting it into tokens.
//!
//! Most of a dump is words, numbers and white space inside of statements whose kind is known already. This finds the
//! next byte that needs the scanner, several times faster than the scanner would get there.
//!
//! Left out on purpose: any knowledge of its own. Whatever could begin a literal or a comment is left to the scanner,
//! from the beginning of the word it is part of.

use super::quote::continues_word;

/// Bytes that may begin or end something that matters: a quote, a comment, a statement, a parenthesis.
const STOPS: [bool; 256] = {
    let mut stops = [false; 256];
    let marks = b"'\"$;()-/\\";
    let mut at = 0;
    while at < marks.len() {
        stops[marks[at] as usize] = true;
        at += 1;
    }
    stops
};

/// The offset from which on the scanner has to look again, for an `at` where a token begins, and the offset of the byte
/// that makes it so. A token begins at the first one too.
pub(super) fn plain_end(text: &[u8], at: usize) -> (usize, usize) {
    let rest = &text[at..];
    let Some(length) = rest.iter().position(|&byte| STOPS[usize::from(byte)]) else {
        return (text.len(), text.len());
    };
    let stop = at + length;
    let end = match text[stop] {
        // The letters before a quote may belong to it (`E'…'`, `U&"…"`), and a dollar sign to the word before it.
        b'\'' | b'"' | b'$' => at + word_start(&rest[..length]),
        _ => stop,
    };
    (end, stop)
}

/// Where the word, the number or the prefix begins that a text ends with; its length where it ends with none.
fn word_start(text: &[u8]) -> usize {
    let end = text.len() - usize::from(text.ends_with(b"&"));
    // A dot may be in the middle of a number, behind which a dollar sign has another meaning than behind a word.
    let word = text[..end].iter().rev();
    let length = word
        .take_while(|&&byte| continues_word(byte) || byte == b'.')
        .count();
    if length == 0 { text.len() } else { end - length }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rest(text: &str) -> &str {
        &text[plain_end(text.as_bytes(), 0).0..]
    }

    #[test]
    fn words_numbers_and_white_space_are_stepped_over() {
        assert_eq!(rest("a = b + 1.5, \n c;d"), ";d");
        assert_eq!(rest("a (b"), "(b");
        assert_eq!(rest("a -- b"), "-- b");
        assert_eq!(rest("a - b"), "- b", "the scanner can tell");
        assert_eq!(rest("a b"), "");
    }

    #[test]
    fn what_may_belong_to_a_quote_is_left_to_the_scanner() {
        assert_eq!(rest("a, 'b'"), "'b'");
        assert_eq!(rest(r"a, E'\''"), r"E'\''");
        assert_eq!(rest("a, U&'b'"), "U&'b'");
        assert_eq!(rest("a & 'b'"), "'b'");
        assert_eq!(rest("a b$1$"), "b$1$");
        assert_eq!(rest("a 1.e5$x$ ; $x$"), "1.e5$x$ ; $x$");
        assert_eq!(rest("a = $x$ ; $x$"), "$x$ ; $x$");
    }
}
