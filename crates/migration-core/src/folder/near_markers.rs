//! Comments that are nearly a marker of their folder's format. The tool passes over them, so that what they announce runs with the rest.

use super::{
    formats::is_marker,
    headings::{comment, heading, is_divider, is_nearly, is_outside, is_sign, sql_follows},
    source::{Line, has_comments, lines},
};
use crate::{Direction, FolderProblem, Format, Migration, Mode, Script};

/// The markers of a format: squeezed to letters and digits in lower case, and as the tool wants them.
fn markers(format: Format) -> &'static [(&'static str, &'static str)] {
    match format {
        Format::Goose => &[
            ("gooseup", "-- +goose Up"),
            ("goosedown", "-- +goose Down"),
            ("goosestatementbegin", "-- +goose StatementBegin"),
            ("goosestatementend", "-- +goose StatementEnd"),
            ("goosenotransaction", "-- +goose NO TRANSACTION"),
        ],
        Format::Dbmate => &[
            ("migrateup", "-- migrate:up"),
            ("migratedown", "-- migrate:down"),
            ("migrateuptransactionfalse", "-- migrate:up transaction:false"),
            ("migratedowntransactionfalse", "-- migrate:down transaction:false"),
            ("dbmateup", "-- migrate:up"),
            ("dbmatedown", "-- migrate:down"),
        ],
        Format::Sqlx => &[("notransaction", "-- no-transaction")],
        Format::SqlMigrate => &[
            ("migrateup", "-- +migrate Up"),
            ("migratedown", "-- +migrate Down"),
            ("migrateupnotransaction", "-- +migrate Up notransaction"),
            ("migratedownnotransaction", "-- +migrate Down notransaction"),
            ("migratestatementbegin", "-- +migrate StatementBegin"),
            ("migratestatementend", "-- +migrate StatementEnd"),
        ],
        Format::Tern => &[
            ("createabovedropbelow", "---- create above / drop below ----"),
            ("terndisabletx", "---- tern: disable-tx ----"),
        ],
        Format::NodePgMigrate => &[
            ("upmigration", "-- Up Migration"),
            ("downmigration", "-- Down Migration"),
            ("migrationup", "-- Up Migration"),
            ("migrationdown", "-- Down Migration"),
            ("upmigrate", "-- Up Migration"),
            ("downmigrate", "-- Down Migration"),
        ],
        _ => &[],
    }
}

/// What the own words of a format begin with, blanks left out.
fn opening(format: Format) -> Option<&'static str> {
    match format {
        Format::Goose => Some("+goose"),
        Format::Dbmate => Some("migrate:"),
        Format::SqlMigrate => Some("+migrate"),
        Format::Tern => Some("tern:"),
        _ => None,
    }
}

/// What stands behind an opening. Behind it, other words are prose.
const BEHIND: [&str; 13] = [
    "up",
    "down",
    "undo",
    "rollback",
    "revert",
    "drop",
    "statementbegin",
    "statementend",
    "no",
    "notransaction",
    "envsub",
    "disable-tx",
    "disable",
];

/// Those comments of all these migrations, outside of every statement.
pub(super) fn check(format: Format, items: &[Migration]) -> Vec<FolderProblem> {
    if markers(format).is_empty() {
        return Vec::new();
    }
    let mut problems = Vec::new();
    for item in items {
        problems.extend(check_script(format, Direction::Up, &item.up));
        if let Some(down) = &item.down {
            problems.extend(check_script(format, Direction::Down, down));
        }
    }
    problems
}

fn check_script(format: Format, direction: Direction, script: &Script) -> Vec<FolderProblem> {
    if !may_have_markers(format, &script.sql) {
        return Vec::new();
    }
    let mut problems = Vec::new();
    for line in lines(&script.sql) {
        let Some((at, nearest)) = near(format, direction, script, line) else {
            continue;
        };
        problems.push(FolderProblem::BadDirective {
            place: script.place(at),
            what: format!("this comment is nearly a marker, and {format} does not see it"),
            nearest: nearest.map(str::to_owned),
        });
    }
    problems
}

/// Whether a text has anything that could be taken for the sign of a comment, or the own words of the format. Most have not.
fn may_have_markers(format: Format, sql: &str) -> bool {
    let bytes = sql.as_bytes();
    has_comments(bytes)
        || memchr::memchr2(b'#', 0xe2, bytes).is_some()
        || ["/*", "//"].iter().any(|sign| sql.contains(sign))
        || opening(format).is_some_and(|opening| sql.contains(opening))
}

/// Where a comment of a line is nearly a marker, and the marker that it is near to.
fn near(
    format: Format,
    direction: Direction,
    script: &Script,
    line: Line<'_>,
) -> Option<(usize, Option<&'static str>)> {
    if is_seen(format, script, line) {
        return None;
    }
    let begin = line.start + (line.text.len() - line.text.trim_start().len());
    if let Some(marker) = nearest(format, line.text) {
        return is_outside(script, begin).then_some((line.start, Some(marker)));
    }
    // Words that are not the format's own may stand above what somebody runs by hand, or only repeat where they are.
    let turns = format != Format::Sqlx && heading(line.text).is_some_and(|announced| announced != direction);
    if turns && is_outside(script, begin) && sql_follows(script, line) {
        return Some((line.start, None));
    }
    // Behind SQL, the marker itself is not seen either.
    let at = line.text.find("--").filter(|_| begin < line.end())?;
    let behind = line.start + at;
    let words = comment(&line.text[at..])?;
    let known = markers(format).iter().find(|(squeezed, _)| words == *squeezed)?;
    (behind > begin && is_outside(script, behind)).then_some((behind, Some(known.1)))
}

/// Whether the tool sees this line as a marker.
fn is_seen(format: Format, script: &Script, line: Line<'_>) -> bool {
    if format == Format::Sqlx {
        // Only as the very first bytes, where a byte order mark is in the way.
        let is_first = line.start == 0 && line.text.starts_with("-- no-transaction");
        return is_first && script.mode != Mode::Transactional;
    }
    is_marker(format, line.text)
}

/// The marker that a line is nearly.
fn nearest(format: Format, line: &str) -> Option<&'static str> {
    let rest = line.trim_start_matches(|c: char| is_sign(c) || c.is_whitespace() || c == '\u{feff}');
    let rest = rest.to_lowercase();
    let own = behind_opening(format, &rest);
    let words = comment(line);
    if own.is_none() && words.is_none() {
        return None;
    }
    if format == Format::Sqlx && rest.starts_with("no-transaction") {
        return Some(markers(format)[0].1);
    }
    let near = |words: &str| {
        let mut markers = markers(format).iter();
        markers.find(|(squeezed, _)| is_nearly(words, squeezed))
    };
    if let Some((_, marker)) = words.as_deref().and_then(near) {
        return Some(marker);
    }
    let is_own = own.is_some_and(|behind| is_behind(&behind));
    (is_own || format == Format::Tern && is_divider(line)).then(|| markers(format)[0].1)
}

/// The word behind what the own words of a format begin with; empty for none.
fn behind_opening(format: Format, line: &str) -> Option<String> {
    let mut rest = line;
    for sign in opening(format)?.chars() {
        rest = rest.trim_start().strip_prefix(sign)?;
    }
    let rest = rest.trim_start_matches(|c: char| c.is_whitespace() || ":-_".contains(c));
    let word = rest
        .split(|c: char| c.is_whitespace() || ";.:,()".contains(c))
        .next();
    Some(word.unwrap_or_default().to_owned())
}

/// Whether a word could stand behind an opening, but for a slip.
fn is_behind(word: &str) -> bool {
    word.is_empty()
        || "down".starts_with(word)
        || BEHIND.iter().any(|known| strsim::osa_distance(word, known) <= 1)
}

#[cfg(test)]
mod tests {
    use diagnostic::Explain;

    use crate::{
        Format,
        folder::tests::{codes, detected, read},
    };

    #[test]
    fn a_marker_that_the_tool_does_not_see_is_a_problem() {
        for (format, first, near) in [
            (Format::Dbmate, "-- migrate:up", " -- migrate:down"),
            (Format::Dbmate, "-- migrate:up", "-- Migrate:down"),
            (Format::Dbmate, "-- migrate:up", "--- migrate:down"),
            (Format::Dbmate, "-- migrate:up", "-- migrate: down"),
            (Format::Dbmate, "-- migrate:up", "-- migrate:dwon"),
            (Format::Dbmate, "-- migrate:up", "-- migrate:rollback"),
            (Format::Dbmate, "-- migrate:up", "/* migrate:down */"),
            (Format::Dbmate, "-- migrate:up", "-- migrate:down;"),
            (Format::Goose, "-- +goose Up", "-- goose Down"),
            (Format::Goose, "-- +goose Up", "-- + goose Down"),
            (Format::Goose, "-- +goose Up", "--- +goose Down"),
            (Format::Goose, "-- +goose Up", "-- +gose Down"),
            (Format::Goose, "-- +goose Up", "-- Down"),
            (Format::SqlMigrate, "-- +migrate Up", "-- +Migrate Down"),
            (Format::SqlMigrate, "-- +migrate Up", "--+migrate Down"),
            (Format::SqlMigrate, "-- +migrate Up", " -- +migrate Down"),
            (Format::SqlMigrate, "-- +migrate Up", "-- migrate down"),
            (Format::Tern, "SELECT 0;", "---- create above / drop belov ----"),
            (Format::Tern, "SELECT 0;", "--- create above / drop below ---"),
            (Format::Tern, "SELECT 0;", "---- create above/drop below ----"),
            (Format::Tern, "SELECT 0;", "---- Create above / drop below ----"),
            (Format::NodePgMigrate, "-- Up Migration", "-- Migration Down"),
            (Format::NodePgMigrate, "-- Up Migration", "-- Down"),
            (Format::NodePgMigrate, "-- Up Migration", "-- Down Migartion"),
            (Format::NodePgMigrate, "-- Up Migration", "-- Down Migrate"),
            (Format::Dbmate, "-- migrate:up", "--\u{a0}migrate:down"),
            (Format::Dbmate, "-- migrate:up", "SELECT 1; -- migrate:down"),
            (Format::Dbmate, "-- migrate:up", "-- dbmate down"),
            (Format::Dbmate, "-- migrate:up", "# migrate:down"),
            (Format::Dbmate, "-- migrate:up", "migrate:down"),
            (Format::Dbmate, "-- migrate:up", "\u{2013}\u{2013} migrate:down"),
            (Format::Dbmate, "-- migrate:up", "\u{feff}-- migrate:down"),
            (Format::Dbmate, "-- migrate:up", "-- migrate:do"),
            (Format::Dbmate, "-- migrate:up", "-- =====\n-- DOWN\n-- ====="),
            (Format::Goose, "-- +goose Up", "\u{2014} +goose Down"),
            (Format::Goose, "-- +goose Up", "+goose Down"),
            (Format::Goose, "-- +goose Up", "// +goose Down"),
            (Format::Goose, "-- +goose Up", "/*\n * Down\n */"),
            (Format::Goose, "-- +goose Up", "-- Down (drops all)\n-- with care"),
            (Format::SqlMigrate, "-- +migrate Up", "-- +migrate\u{a0}Down"),
            (Format::SqlMigrate, "-- +migrate Up", "-- +migrate\tDown"),
            (Format::Tern, "SELECT 0;", "---- drop below / create above ----"),
            (
                Format::Tern,
                "SELECT 0;",
                "---- created above / dropped below ----",
            ),
            (Format::Tern, "SELECT 0;", "---- create above / drop beneath ----"),
        ] {
            let text = format!("{first}\nCREATE TABLE t (a int);\n{near}\nDROP TABLE t;\n");
            let problems = read(format, &[("1_a.sql", &text)]).unwrap_err();
            assert_eq!(codes(&problems)[0], "migration/bad-directive", "{format}: {near}");
            let line = if near.contains('\n') && !near.starts_with("-- Down") {
                4
            } else {
                3
            };
            assert_eq!(
                problems.0[0].place().and_then(|place| place.line),
                Some(line),
                "{format}: {near}"
            );
            // Nor does it pass where the format is not given.
            assert!(detected(&[("1_a.sql", &text)]).is_err(), "{format}: {near}");
        }
    }

    #[test]
    fn a_heading_that_repeats_where_it_stands_says_nothing_new() {
        for text in [
            "-- +goose Up\n-- Up\nCREATE TABLE t (a int);\n-- +goose Down\n-- Rollback\nDROP TABLE t;\n",
            "-- +goose Up\n\n-- up migration\nCREATE TABLE t (a int);\n",
        ] {
            assert!(read(Format::Goose, &[("1_a.sql", text)]).is_ok(), "{text}");
        }
        let text = "-- +goose Up\nCREATE TABLE t (a int);\n-- +goose Down\nDROP TABLE t;\n-- Up\nCREATE TABLE u (a int);\n";
        assert!(read(Format::Goose, &[("1_a.sql", text)]).is_err());
    }

    #[test]
    fn what_sqlx_does_not_take_for_its_directive_is_a_problem() {
        for near in [
            "--no-transaction",
            " -- no-transaction",
            "-- No-Transaction",
            "-- no transaction",
            "-- why\n-- no-transaction",
            "/* no-transaction */",
            "-- No-Transaction: an index is built",
        ] {
            let text = format!("{near}\nSELECT 1;\n");
            let problems = read(Format::Sqlx, &[("1_a.sql", &text)]).unwrap_err();
            assert_eq!(codes(&problems), ["migration/bad-directive"], "{near}");
        }
    }

    #[test]
    fn prose_is_no_marker() {
        for comment in [
            "-- Down the road this gets an index",
            "-- to roll back:\n-- DROP TABLE t;",
            "-- Rollback\n-- DROP TABLE t;",
            "-- goose eggs",
            "-- Migrate: users get a default role",
            "-- migrate:users of the old table",
            "-- tern: a bird",
            "-- drop below: nothing",
            "/* Rollback\nDROP TABLE t;\n*/",
            "-- ====\n-- Rollback (manual)\n-- DROP TABLE t;\n-- ====",
            "SAVEPOINT a;\n-- rollback\nROLLBACK TO SAVEPOINT a;",
            "-- Rollback:\n-- restore the backup",
            "-- no transaction is older than a year",
            "-- state up/down",
            "CREATE TYPE d AS ENUM (\n  -- down\n  'down'\n);",
            "-- migrate the users",
            "SELECT '\n-- migrate: down\n';",
            "CREATE PROCEDURE p() LANGUAGE plpgsql AS $$\nBEGIN\n  -- rollback\n  ROLLBACK;\nEND $$;",
        ] {
            for (format, first) in [
                (Format::Dbmate, "-- migrate:up"),
                (Format::Goose, "-- +goose Up"),
                (Format::SqlMigrate, "-- +migrate Up"),
                (Format::NodePgMigrate, "-- Up Migration"),
                (Format::Tern, ""),
                (Format::Native, ""),
                (Format::Sqlx, ""),
            ] {
                let text = format!("{first}\nCREATE TABLE t (a int);\n{comment}\nSELECT 1;\n");
                let read = read(format, &[("1_a.sql", &text)]);
                assert!(read.is_ok(), "{format}: {comment}: {read:?}");
            }
        }
    }

    #[test]
    fn plain_sql_that_a_comment_divides_is_a_problem() {
        for down in [
            "-- Down",
            "-- DOWN --",
            "-- rollback",
            "-- migrate:down",
            "-- goose Down",
            "-- undo",
            "/* down migration */",
            "-- =====\n-- Down\n-- =====",
            "/*\n * DOWN\n */",
            "-- Rollback script",
            "-- section: down",
            "-- downgrade --",
            "-- Backwards",
            "-- Down\n-- undoes all of it",
            "---- created above / dropped below ----",
        ] {
            for format in [Format::Native, Format::Sqlx, Format::Supabase] {
                let text = format!("-- Up\nCREATE TABLE t (a int);\n\n{down}\n\nDROP TABLE t;\n");
                let problems = read(format, &[("20250101000000_a.sql", &text)]).unwrap_err();
                assert_eq!(codes(&problems), ["migration/bad-directive"], "{format}: {down}");
            }
        }
    }
}
