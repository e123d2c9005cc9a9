//! Comments that are nearly a marker of their folder's format. The tool passes over them, so that what they announce runs with the rest.

use super::{
    formats::is_marker,
    headings::{comment, heading, is_nearly, is_outside},
    source::{has_comments, lines},
};
use crate::{FolderProblem, Format, Migration, Script};

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
        ],
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
        ],
        _ => &[],
    }
}

/// What dbmate's and goose's own words begin with, blanks left out.
fn opening(format: Format) -> Option<&'static str> {
    match format {
        Format::Goose => Some("+goose"),
        Format::Dbmate => Some("migrate:"),
        Format::SqlMigrate => Some("+migrate"),
        Format::Tern => Some("tern:"),
        _ => None,
    }
}

/// Those comments of all these migrations, outside of every statement.
pub(super) fn check(format: Format, items: &[Migration]) -> Vec<FolderProblem> {
    if markers(format).is_empty() {
        return Vec::new();
    }
    let scripts = items
        .iter()
        .flat_map(|item| [&item.up].into_iter().chain(&item.down));
    scripts.flat_map(|script| check_script(format, script)).collect()
}

fn check_script(format: Format, script: &Script) -> Vec<FolderProblem> {
    if !has_comments(script.sql.as_bytes()) && !script.sql.contains("/*") {
        return Vec::new();
    }
    let mut problems = Vec::new();
    let mut all = lines(&script.sql).peekable();
    while let Some(line) = all.next() {
        let Some(nearest) = nearest(format, line.text) else {
            continue;
        };
        let sql_follows = all.peek().is_some_and(|next| {
            let next = next.text.trim();
            !next.is_empty() && !next.starts_with("--")
        });
        // Words that are not the format's own may stand above what somebody runs by hand.
        let is_meant = nearest.is_some() || sql_follows;
        if is_meant && is_outside(script, line.start) {
            problems.push(FolderProblem::BadDirective {
                place: script.place(line.start),
                what: format!("this comment is nearly a marker, and {format} does not see it"),
                nearest: nearest.map(str::to_owned),
            });
        }
    }
    problems
}

/// Whether a line is nearly a marker, and the marker that it is near to.
fn nearest(format: Format, line: &str) -> Option<Option<&'static str>> {
    if is_marker(format, line) {
        return None;
    }
    let words = comment(line)?;
    let near = markers(format)
        .iter()
        .find(|(squeezed, _)| is_nearly(&words, squeezed));
    if let Some((_, marker)) = near {
        return Some(Some(marker));
    }
    let text: String = line
        .to_lowercase()
        .chars()
        .filter(|c| !c.is_whitespace())
        .collect();
    let opens = opening(format)
        .is_some_and(|opening| text.trim_start_matches(['-', '/', '*', '#']).starts_with(opening));
    (opens || heading(line).is_some()).then_some(opens.then(|| markers(format)[0].1))
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
        ] {
            let text = format!("{first}\nCREATE TABLE t (a int);\n{near}\nDROP TABLE t;\n");
            let problems = read(format, &[("1_a.sql", &text)]).unwrap_err();
            assert_eq!(codes(&problems)[0], "migration/bad-directive", "{format}: {near}");
            assert_eq!(
                problems.0[0].place().and_then(|place| place.line),
                Some(3),
                "{format}: {near}"
            );
            // Nor does it pass where the format is not given.
            assert!(detected(&[("1_a.sql", &text)]).is_err(), "{format}: {near}");
        }
    }

    #[test]
    fn prose_is_no_marker() {
        for comment in [
            "-- Down the road this gets an index",
            "-- to roll back:\n-- DROP TABLE t;",
            "-- Rollback\n-- DROP TABLE t;",
            "-- goose eggs",
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
        ] {
            for format in [Format::Native, Format::Sqlx, Format::Supabase] {
                let text = format!("-- Up\nCREATE TABLE t (a int);\n\n{down}\n\nDROP TABLE t;\n");
                let problems = read(format, &[("20250101000000_a.sql", &text)]).unwrap_err();
                assert_eq!(codes(&problems), ["migration/bad-directive"], "{format}: {down}");
            }
        }
    }
}
