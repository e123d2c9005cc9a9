//! Comments that tell a reader, or another tool, where the way up or the way down begins.

use super::source::Line;
use crate::{Direction, Script, lex::WordReader};

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
const DOWN: [&str; 19] = [
    "down",
    "downs",
    "downmigration",
    "migrationdown",
    "migratedown",
    "dbmatedown",
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

/// Words that announce a direction beside those of [`PARTS`].
const UP_WORDS: [&str; 3] = ["up", "ups", "upgrade"];
const DOWN_WORDS: [&str; 10] = [
    "down",
    "downs",
    "undo",
    "rollback",
    "revert",
    "downgrade",
    "unapply",
    "unmigrate",
    "backward",
    "backwards",
];

/// What a part of a file is called.
const PARTS: [&str; 11] = [
    "migration",
    "migrations",
    "migrate",
    "script",
    "scripts",
    "section",
    "part",
    "sql",
    "block",
    "region",
    "code",
];

/// Words of a line that divides a file as tern's does.
const DIVIDER: [[&str; 4]; 4] = [
    ["create", "created", "creates", "up"],
    ["drop", "dropped", "drops", "delete"],
    ["above", "up", "over", "top"],
    ["below", "beneath", "down", "under"],
];

/// Words at least this long are recognised with one slip of the keyboard in them.
const LONG: usize = 8;

/// The direction that a comment line announces and nothing else, whatever its case, decoration and blanks.
pub(super) fn heading(line: &str) -> Option<Direction> {
    if !is_comment(line) {
        return None;
    }
    // What stands in parentheses explains.
    let line = line.split_once('(').map_or(line, |(before, _)| before);
    let squeezed = squeeze(line);
    let announces = |known: &[&str]| known.iter().any(|known| is_nearly(&squeezed, known));
    if announces(&UP) {
        return Some(Direction::Up);
    }
    if announces(&DOWN) || is_divider(line) {
        return Some(Direction::Down);
    }
    let words = words(line);
    let mut words = words.iter().filter(|word| !PARTS.contains(&word.as_str()));
    let (word, rest) = (words.next()?.as_str(), words.next());
    let direction = if UP_WORDS.contains(&word) {
        Direction::Up
    } else if DOWN_WORDS.contains(&word) {
        Direction::Down
    } else {
        return None;
    };
    rest.is_none().then_some(direction)
}

/// Whether a line says, and says only, that what is made lies on one side of it and what drops it on the other.
pub(super) fn is_divider(line: &str) -> bool {
    let words = words(line);
    let has = |kinds: &[usize]| {
        let mut kinds = kinds.iter().map(|&kind| DIVIDER[kind]);
        kinds.all(|kind| words.iter().any(|word| kind.contains(&word.as_str())))
    };
    words.len() > 1
        && words
            .iter()
            .all(|word| DIVIDER.as_flattened().contains(&word.as_str()))
        && (has(&[1, 3]) || has(&[0, 1]))
}

/// The letters and digits of a comment line in lower case; none for a line that is no comment.
pub(super) fn comment(line: &str) -> Option<String> {
    is_comment(line).then(|| squeeze(line))
}

/// Whether a line is a comment, to the server or to somebody who takes other signs for one.
fn is_comment(line: &str) -> bool {
    let line = line.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    line.starts_with(is_sign) || line.starts_with("//")
}

/// Signs that begin a comment somewhere, or look like one of them.
pub(super) fn is_sign(sign: char) -> bool {
    matches!(
        sign,
        '-' | '#' | '*' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe58}' | '\u{ff0d}'
    ) || sign == '/'
}

fn squeeze(line: &str) -> String {
    line.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

fn words(line: &str) -> Vec<String> {
    let words = line.split(|c: char| !c.is_alphanumeric());
    words
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect()
}

/// Whether squeezed words are these, but for one slip in long ones.
pub(super) fn is_nearly(words: &str, known: &str) -> bool {
    let slips = match known.len() {
        ..LONG => 0,
        LONG..16 => 1,
        _ => 3,
    };
    words == known
        || match slips {
            0 => false,
            1 if words.is_ascii() => is_one_slip(words.as_bytes(), known.as_bytes()),
            _ => words.len().abs_diff(known.len()) <= slips && strsim::osa_distance(words, known) <= slips,
        }
}

/// Whether one letter is missing, added or another, or two are swapped. Nearly every comment is seen not to be that at its first letters.
fn is_one_slip(words: &[u8], known: &[u8]) -> bool {
    let begins_alike = words.iter().zip(known).take_while(|(a, b)| a == b).count();
    let (words, known) = (&words[begins_alike..], &known[begins_alike..]);
    match (words, known) {
        ([a, b, rest @ ..], [c, d, other @ ..]) if a == d && b == c && rest == other => true,
        ([_, rest @ ..], [_, other @ ..]) if rest == other => true,
        (_, [_, other @ ..]) if words == other => true,
        ([_, rest @ ..], _) => rest == known,
        _ => false,
    }
}

/// Whether an offset of a script's SQL lies inside of no statement, and so outside of every string and function body.
pub(super) fn is_outside(script: &Script, at: usize) -> bool {
    let next = script
        .statements
        .partition_point(|statement| statement.start <= at);
    script.statements[..next]
        .last()
        .is_none_or(|before| before.end <= at || before.start == at)
}

/// Whether SQL follows a line that could announce it, and not only what somebody may run by hand.
pub(super) fn sql_follows(script: &Script, line: Line<'_>) -> bool {
    let next = script
        .statements
        .partition_point(|statement| statement.start < line.start);
    let Some(next) = script.statements.get(next) else {
        return false;
    };
    let first = first_word(&script.sql[next.start..next.end]);
    let undoes = matches!(first.as_str(), "drop" | "delete" | "truncate");
    if matches!(first.as_str(), "rollback" | "abort") {
        return false;
    }
    let between = script.sql.get(line.end()..next.start).unwrap_or_default();
    let mut is_prose = false;
    for text in between.lines() {
        let text = text.trim_matches(|c: char| is_sign(c) || c.is_whitespace());
        if text.ends_with(';') || is_statement(&first_word(text)) {
            return false;
        }
        is_prose |= text.contains(char::is_alphanumeric);
    }
    !is_prose || undoes
}

fn first_word(sql: &str) -> String {
    WordReader::new(sql)
        .word()
        .map(str::to_lowercase)
        .unwrap_or_default()
}

/// Whether a word begins statements that somebody keeps in a comment.
fn is_statement(word: &str) -> bool {
    matches!(
        word,
        "alter" | "begin" | "create" | "delete" | "drop" | "insert" | "select" | "truncate" | "update"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_slip_is_recognised_wherever_it_is() {
        for words in [
            "rollbak",
            "rollbacck",
            "rollbavk",
            "rollbcak",
            "ollback",
            "xrollback",
            "orllback",
            "rollbac",
            "rollbackx",
            "rollbäck",
        ] {
            assert!(is_nearly(words, "rollback"), "{words}");
        }
        for words in ["rollba", "rollbkac", "llorback", "rollforward", "", "rollbackxx"] {
            assert!(!is_nearly(words, "rollback"), "{words}");
        }
    }

    #[test]
    fn a_heading_has_nothing_but_its_words() {
        for line in [
            "-- Down",
            "--down",
            "  ---- DOWN ----",
            "/* Down Migration */",
            " * DOWN",
            "-- migrate: down",
            "-- dbmate down",
            "-- @UNDO",
            "-- + goose Dwon",
            "-- Rollback:",
            "-- Rollback script",
            "-- ROLLBACK SECTION",
            "-- section: down",
            "-- Down (drops the table)",
            "-- downgrade --",
            "-- Backwards",
            "\u{2013}\u{2013} Down",
            "---- drop below / create above ----",
            "---- created above / dropped below ----",
        ] {
            assert_eq!(heading(line), Some(Direction::Down), "{line}");
        }
        for line in ["-- Up", "-- === up ===", "-- Migrate:up", "-- upgrade"] {
            assert_eq!(heading(line), Some(Direction::Up), "{line}");
        }
        for line in [
            "down",
            "-- goes down when the server does",
            "-- undo log",
            "SELECT 1; -- down",
            "-- rolled back",
            "-- rollback of orders",
            "-- drop below: nothing",
            "-- create above average, drop below average",
            "-- see the down migration",
            "--",
        ] {
            assert_eq!(heading(line), None, "{line}");
        }
    }
}
