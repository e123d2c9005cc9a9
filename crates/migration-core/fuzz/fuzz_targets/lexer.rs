//! The lexer on any text: it never panics, and its statements lie apart, between characters, trimmed, and the same when
//! they are split once more.

#![no_main]

use libfuzzer_sys::fuzz_target;
use migration_core::split;

fuzz_target!(|text: &str| {
    let mut end = 0;
    for statement in split(text) {
        assert!(statement.start >= end && statement.end > statement.start);
        let inside = &text[statement.start..statement.end];
        assert!(!inside.starts_with([' ', '\t', '\n', '\r', '\x0b', '\x0c']) && !inside.starts_with("--"));
        let again = split(inside);
        assert_eq!((again.len(), again[0].start, again[0].end), (1, 0, inside.len()), "{inside}");
        end = statement.end;
    }
});
