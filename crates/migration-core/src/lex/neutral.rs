//! A checksum that only a change of meaning changes.
//!
//! It is taken over the tokens, so that comments, white space, line ends and a byte order mark make no difference
//! outside literals, and every byte inside one does.
//!
//! Left out on purpose: the case of keywords and the like, since a formatter that rewrites an applied migration
//! deserves a look.

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
        meaning.extend_from_slice(bytes);
        behind_text = token.kind == TokenKind::Text;
        line_ended = false;
    }
    Sha256::digest(&meaning).into()
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
