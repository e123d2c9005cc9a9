//! What holds for the lexer whatever the text.

use proptest::{collection::vec, prelude::*, sample::select};

use super::{
    outline, split,
    split::{Next, Splitter},
    tokens,
};

/// Pieces that open, close, escape and end things, so that random texts reach every state of the scanner.
const PIECES: [&str; 48] = [
    "'",
    "''",
    "E'",
    "e'",
    "U&'",
    "U&\"",
    "B'",
    "\"",
    "\"\"",
    "\\",
    "\\'",
    "$$",
    "$a$",
    "$b",
    "$1",
    "/*",
    "*/",
    "--",
    "\n",
    "\r\n",
    "\r",
    " ",
    "\t",
    ";",
    "(",
    ")",
    "BEGIN",
    " ATOMIC ",
    " END",
    " CASE ",
    "CREATE ",
    "OR REPLACE ",
    "FUNCTION ",
    "COPY t ",
    "FROM ",
    "stdin",
    "\\.\n",
    "AS ",
    ".",
    "x",
    "SELECT 1",
    "ä",
    "→",
    "0",
    "+",
    "-",
    "/",
    "*",
];

fn sql() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => vec(select(&PIECES[..]), 0..60).prop_map(|pieces| pieces.concat()),
        1 => any::<String>(),
    ]
}

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
    fn tokens_lie_back_to_back_between_characters(text in sql()) {
        let mut end = 0;
        for token in tokens(&text) {
            prop_assert_eq!(token.start, end);
            prop_assert!(token.end > token.start && text.is_char_boundary(token.end));
            end = token.end;
        }
        prop_assert_eq!(end, text.len());
    }

    #[test]
    fn stepping_over_plain_text_changes_nothing(text in prop_oneof![sql(), closed_sql()]) {
        let mut splitter = Splitter::new(&text);
        let mut all = tokens(&text);
        while let Some(token) = all.next() {
            if splitter.take(token) == Next::CopyData {
                all.announce_copy_data();
            }
        }
        splitter.end_statement();
        prop_assert_eq!(splitter.outline, outline(&text));
    }

    #[test]
    fn statements_are_apart_and_begin_and_end_with_something(text in sql()) {
        let mut end = 0;
        for statement in split(&text) {
            prop_assert!(statement.start >= end && statement.end > statement.start);
            let inside = &text[statement.start..statement.end];
            prop_assert!(!inside.starts_with([' ', '\t', '\n', '\r']) && !inside.starts_with("--"));
            end = statement.end;
        }
        prop_assert!(end <= text.len());
    }

    #[test]
    fn splitting_what_was_split_and_joined_changes_nothing(text in closed_sql()) {
        let parts: Vec<&str> = split(&text).iter().map(|range| &text[range.start..range.end]).collect();
        let joined = parts.join(";\n");
        let again: Vec<&str> = split(&joined).iter().map(|range| &joined[range.start..range.end]).collect();
        prop_assert_eq!(again, parts);
    }
}
