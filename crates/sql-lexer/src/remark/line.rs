//! What one line of a comment says.

use super::{
    Remark, directive,
    fold::{compact, fold},
    marker,
};

/// Pieces of words without which a line says nothing about the file.
const HINTS: [&str; 13] = [
    "only", "test", "tst", "dev", "prod", "live", "fresh", "onyl", "stag", "local", "dbf", "onl", "tset",
];

/// What a line of a comment says; nothing for prose. The line comes without what marks it as a comment.
pub fn remark(line: &str) -> Option<Remark> {
    let folded = fold(line);
    let letters = compact(&folded);
    if !HINTS.iter().any(|hint| letters.contains(hint)) {
        return None;
    }
    directive::read(line, &folded).or_else(|| marker::read(&folded, &letters))
}
