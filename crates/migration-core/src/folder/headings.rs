//! Comments that tell a reader, or another tool, where the way up or the way down begins.

use crate::{Direction, Script};

/// Words of one line, squeezed together, that nobody writes for anything else.
const UP: [&str; 8] = [
    "up",
    "ups",
    "upmigration",
    "migrationup",
    "migrateup",
    "upscript",
    "gooseup",
    "migrateupnotransaction",
];
const DOWN: [&str; 18] = [
    "down",
    "downs",
    "downmigration",
    "migrationdown",
    "migratedown",
    "migratedownnotransaction",
    "downscript",
    "goosedown",
    "undo",
    "undomigration",
    "migrationundo",
    "rollback",
    "rollbackmigration",
    "migrationrollback",
    "revert",
    "revertmigration",
    "migrationrevert",
    "createabovedropbelow",
];

/// Words at least this long are recognised with one slip of the keyboard in them.
const LONG: usize = 8;

/// The direction that a comment line announces and nothing else, whatever its case, decoration and blanks.
pub(super) fn heading(line: &str) -> Option<Direction> {
    let words = comment(line)?;
    let announces = |known: &[&str]| known.iter().any(|known| is_nearly(&words, known));
    if announces(&UP) {
        Some(Direction::Up)
    } else {
        announces(&DOWN).then_some(Direction::Down)
    }
}

/// The letters and digits of a comment line in lower case; none for a line that is no comment.
pub(super) fn comment(line: &str) -> Option<String> {
    let line = line.trim_start();
    let is_comment = ["--", "/*", "#", "//"]
        .iter()
        .any(|start| line.starts_with(start));
    is_comment.then(|| {
        line.chars()
            .filter(|c| c.is_alphanumeric())
            .flat_map(char::to_lowercase)
            .collect()
    })
}

/// Whether squeezed words are these, but for one slip in long ones.
pub(super) fn is_nearly(words: &str, known: &str) -> bool {
    let slips = match known.len() {
        ..LONG => 0,
        LONG..16 => 1,
        _ => 3,
    };
    words == known
        || (slips > 0
            && words.len().abs_diff(known.len()) <= slips
            && strsim::osa_distance(words, known) <= slips)
}

/// Whether an offset of a script's SQL lies outside of every statement, and so outside of every string and function body.
pub(super) fn is_outside(script: &Script, at: usize) -> bool {
    let next = script
        .statements
        .partition_point(|statement| statement.start <= at);
    script.statements[..next]
        .last()
        .is_none_or(|before| before.end <= at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_heading_has_nothing_but_its_words() {
        for line in [
            "-- Down",
            "--down",
            "  ---- DOWN ----",
            "/* Down Migration */",
            "-- migrate: down",
            "-- @UNDO",
            "-- + goose Dwon",
            "-- Rollback:",
        ] {
            assert_eq!(heading(line), Some(Direction::Down), "{line}");
        }
        for line in ["-- Up", "-- === up ===", "-- Migrate:up"] {
            assert_eq!(heading(line), Some(Direction::Up), "{line}");
        }
        for line in [
            "down",
            "-- goes down when the server does",
            "-- undo log",
            "SELECT 1; -- down",
            "-- rolled back",
            "--",
        ] {
            assert_eq!(heading(line), None, "{line}");
        }
    }
}
