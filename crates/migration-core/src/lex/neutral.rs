//! A checksum that only a change of meaning changes.
//!
//! It is taken over the tokens, so that comments, white space, line ends and a byte order mark make no difference
//! outside literals, and every byte inside one does.
//!
//! Left out on purpose: the case of keywords and the like, since a formatter that rewrites an applied migration
//! deserves a look.

use memchr::memchr2;
use sha2::{Digest, Sha256};

use super::{TokenKind, tokens};

/// SHA-256 over the tokens of a text.
pub(crate) fn neutral_checksum(text: &str) -> [u8; 32] {
    let mut meaning = Vec::with_capacity(text.len());
    let scanner = tokens(text);
    let mut line_ended = false;
    let mut behind_text = false;
    for token in scanner {
        let bytes = &text.as_bytes()[token.start..token.end];
        if token.is_trivia() {
            line_ended |=
                token.kind == TokenKind::Gap && bytes.iter().any(|byte| matches!(byte, b'\n' | b'\r'));
            continue;
        }
        // Two strings are one when a line end separates them, and an error when a space does.
        let joins = token.kind == TokenKind::Text && behind_text && line_ended;
        meaning.push(if joins { b'\n' } else { b' ' });
        match bytes {
            [b'e' | b'E', b'\'', ..] => push_escaped(&mut meaning, bytes),
            _ => meaning.extend_from_slice(bytes),
        }
        behind_text = token.kind == TokenKind::Text;
        line_ended = false;
    }
    Sha256::digest(&meaning).into()
}

/// An `E'…'` string is one token with its continuations on further lines; what stands between its parts is one line end here.
fn push_escaped(meaning: &mut Vec<u8>, token: &[u8]) {
    let mut at = 2;
    let mut start = 0;
    while let Some(length) = memchr2(b'\'', b'\\', &token[at..]) {
        at += length;
        if token[at] == b'\\' || token.get(at + 1) == Some(&b'\'') {
            at = (at + 2).min(token.len());
            continue;
        }
        at += 1;
        meaning.extend_from_slice(&token[start..at]);
        while let Some(byte) = token.get(at).filter(|byte| **byte != b'\'') {
            let is_comment = *byte == b'-';
            let line_end = memchr2(b'\n', b'\r', &token[at..]).unwrap_or(token.len() - at);
            at += if is_comment { line_end } else { 1 };
        }
        start = at;
        if at < token.len() {
            meaning.push(b'\n');
            at += 1;
        }
    }
    meaning.extend_from_slice(&token[start..]);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(a: &str, b: &str) -> bool {
        neutral_checksum(a) == neutral_checksum(b)
    }

    #[test]
    fn comments_white_space_and_line_ends_make_no_difference() {
        let plain = "CREATE TABLE t (a int);\nSELECT 'x';\n";
        for other in [
            "CREATE TABLE t (a int);\r\nSELECT 'x';\r\n",
            "-- why\nCREATE TABLE t (a int /* here */);SELECT 'x';",
            "\n\nCREATE  TABLE\tt ( a int ) ;\n\nSELECT 'x' ; -- end",
        ] {
            assert!(same(plain, other), "{other}");
        }
    }

    #[test]
    fn the_parts_of_an_escaped_string_may_be_apart_in_any_way() {
        let plain = r"SELECT E'it''s \'' || E'a\\'
'b\'c'
'd', 'e'";
        for between in ["\r\n", "\n    ", "  -- it's; a comment\n\t", "\r"] {
            let other = plain.replace('\n', between);
            assert!(same(plain, &other), "{other}");
        }
        for inside in ["b", "c", "d", "e", "it''s", r"\'c", r"a\\"] {
            let other = plain.replacen(inside, &format!("{inside} "), 1);
            assert!(!same(plain, &other), "{other}");
        }
        assert!(!same("E'a'\n'b'", "E'ab'") && !same("E'a'\n'b'", "E'a' 'b'"));
        assert!(!same("E'a\\", "E'a") && !same("E'a'\n'", "E'a'\n'b"));
    }

    #[test]
    fn a_change_of_meaning_makes_one() {
        for (a, b) in [
            ("SELECT 'a b'", "SELECT 'a  b'"),
            ("SELECT 'a\nb'", "SELECT 'a\r\nb'"),
            ("SELECT $$ -- x\n $$", "SELECT $$ $$"),
            ("SELECT 'a'\n'b'", "SELECT 'a' 'b'"),
            ("SELECT a - -b", "SELECT a --b\n"),
            ("SELECT a < -b", "SELECT a <- b"),
            ("SELECT 1", "SELECT 1;"),
            ("SELECT a b", "SELECT ab"),
            ("select 1", "SELECT 1"),
        ] {
            assert!(!same(a, b), "{a} and {b}");
        }
    }
}
