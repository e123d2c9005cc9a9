//! What holds for the neutral checksum whatever the text.

use proptest::{collection::vec, prelude::*, sample::select};

use super::{TokenKind, neutral_checksum, outline, tokens};

/// Pieces of which each is closed, with what they hold made to mislead.
const CLOSED: [&str; 34] = [
    "'a;b'",
    "''''",
    r"E'\';'",
    r"e'\\'",
    "E'a'\n'b\\';'",
    "U&'x'",
    "\"a;b\"",
    "U&\"x\"",
    "$$;'$$",
    "$a$ $$ ; $a$",
    "/* ; ' */",
    "/* /* */ */",
    "-- ; '\n",
    "\n",
    "\r\n",
    " ",
    "\t",
    ";",
    ";",
    "(",
    ")",
    "(a; b)",
    "CREATE FUNCTION f() BEGIN ATOMIC SELECT CASE x WHEN 1 THEN 2 END; END",
    "CREATE OR REPLACE PROCEDURE p()",
    "BEGIN",
    " ATOMIC ",
    "END",
    "SELECT",
    "x",
    ".",
    "ä",
    "1",
    "->>",
    "$1",
];

fn closed_sql() -> impl Strategy<Value = String> {
    let texts = vec(select(&CLOSED[..]), 0..40).prop_map(|pieces| pieces.join(" "));
    texts.prop_filter("a piece beside another may open something", |text| {
        outline(text).findings.is_empty()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(500) })]

    #[test]
    fn comments_and_white_space_leave_the_neutral_checksum_alone(text in closed_sql()) {
        let mut other = String::from("/* before */");
        for token in tokens(&text) {
            let part = &text[token.start..token.end];
            match token.kind {
                TokenKind::Gap if part.contains(['\n', '\r']) => other.push_str("\r\n-- a\n /* b */"),
                TokenKind::Gap => other.push_str(" /* a /* b */ */\t"),
                TokenKind::LineComment => other.push_str("-- other"),
                TokenKind::BlockComment => other.push_str("/**/"),
                _ => other.push_str(part),
            }
        }
        prop_assert_eq!(neutral_checksum(&text), neutral_checksum(&other));
    }
}
