//! node-pg-migrate: `<number>_<name>.sql`, in two parts where a comment `Up Migration` or `Down Migration` begins one.
//!
//! Migrations in JavaScript or TypeScript are refused by name.

use std::ops::Range;

use diagnostic::Place;

use super::direction::undoes;
use crate::{
    Direction, FolderProblem, Migration, Version,
    folder::{
        reader::{Name, Reader},
        script::Draft,
        source::{FileKind, RawFile, Source},
    },
};

/// Digits of a prefix that is a time in UTC, down to milliseconds.
const UTC_DIGITS: usize = 17;

/// Whether a line begins a part.
pub(in crate::folder) fn is_marker(line: &str) -> bool {
    marker(line).is_some()
}

/// Whether a file has a part for each direction. One marker alone may be prose of another tool's user.
pub(in crate::folder) fn is_file(text: &str) -> bool {
    let has = |direction| text.lines().any(|line| marker(line) == Some(direction));
    has(Direction::Up) && has(Direction::Down)
}

/// The direction that a line begins, whatever its case and the dashes and blanks at its start.
fn marker(line: &str) -> Option<Direction> {
    let rest = line.trim_start().strip_prefix("--")?;
    let rest = rest
        .trim_start_matches(|c: char| c == '-' || c.is_whitespace())
        .to_ascii_lowercase();
    let (direction, rest) = match rest.strip_prefix("up") {
        Some(rest) => (Direction::Up, rest),
        None => (Direction::Down, rest.strip_prefix("down")?),
    };
    let word = rest.trim_start();
    (word.len() < rest.len() && word.starts_with("migration")).then_some(direction)
}

pub(super) fn read(reader: &mut Reader<'_>) -> Vec<Migration> {
    refuse_code(reader);
    let mut migrations = Vec::new();
    for file in reader.sql_at_top() {
        match name(file) {
            _ if undoes(file.name()) => reader.refuse_down(file),
            Some(name) => migrations.extend(migration(reader, file, name)),
            None => reader.unknown(file),
        }
    }
    migrations
}

fn refuse_code(reader: &mut Reader<'_>) {
    for file in reader.files.iter().filter(|file| file.is_at_top()) {
        if file.kind() == FileKind::Code && file.name().starts_with(|first: char| first.is_ascii_digit()) {
            reader.problems.push(FolderProblem::CannotRun {
                place: Place::file(reader.shown(file).display().to_string()),
                what: "it is a migration in a program, which only node-pg-migrate can run".to_owned(),
            });
        }
    }
}

fn name(file: &RawFile) -> Option<Name> {
    let stem = file.name().strip_suffix(".sql")?;
    let digits = stem.bytes().take_while(u8::is_ascii_digit).count();
    let (number, description) = stem.split_at(digits);
    Some(Name {
        version: version(number)?,
        filename: file.name().to_owned(),
        description: description.trim_start_matches(['_', '-', '.']).to_owned(),
    })
}

/// The number that files are ordered by: milliseconds since 1970 where it is a time in UTC, so that both kinds may lie in one folder.
fn version(number: &str) -> Option<Version> {
    let Version::Number { text, parts } = Version::number(number)? else {
        return None;
    };
    let parts = if number.len() == UTC_DIGITS {
        vec![milliseconds(number)?]
    } else {
        parts
    };
    Some(Version::Number { text, parts })
}

/// Milliseconds since 1970 of a time as `20200513070724505`.
fn milliseconds(digits: &str) -> Option<u128> {
    let field = |range: Range<usize>| digits.get(range)?.parse::<u128>().ok();
    let (year, month, day) = (field(0..4)?, field(4..6)?, field(6..8)?);
    let (hours, minutes, seconds) = (field(8..10)?, field(10..12)?, field(12..14)?);
    if year < 1970 || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    // Days since 1970, counted in years that begin in March, so that a leap day is the last of its year.
    let (year, month) = if month < 3 {
        (year - 1, month + 9)
    } else {
        (year, month - 3)
    };
    let days = year * 365 + year / 4 - year / 100 + year / 400 + (month * 153 + 2) / 5 + day - 719_469;
    let seconds = ((days * 24 + hours) * 60 + minutes) * 60 + seconds;
    Some(seconds * 1000 + field(14..17)?)
}

fn migration(reader: &mut Reader<'_>, file: &RawFile, name: Name) -> Option<Migration> {
    let source = reader.source(file)?;
    let (up, down) = parts(reader, &source);
    let down = reader.down(|reader| down.map(|part| reader.script(Draft::part(&source, part))));
    Some(reader.migration(name, Draft::part(&source, up), down))
}

/// As node-pg-migrate cuts a file: at the first marker of each direction. Without one, all of it goes up.
fn parts(reader: &mut Reader<'_>, source: &Source) -> (Range<usize>, Option<Range<usize>>) {
    let end = source.text.len();
    let (mut up, mut down) = (None, None);
    for line in source.lines() {
        let place = match marker(line.text) {
            Some(Direction::Up) => &mut up,
            Some(Direction::Down) => &mut down,
            None => continue,
        };
        if place.is_some() {
            reader.bad_directive(
                source,
                line.start,
                "the file has this part already, and node-pg-migrate looks for one only",
            );
        } else {
            *place = Some(line.start);
        }
    }
    if up.is_none() && down.is_some_and(|at| !is_without_sql(&source.text[..at])) {
        // node-pg-migrate runs the whole file up, and so its down part too.
        let at = down.unwrap_or_default();
        reader.bad_directive(
            source,
            at,
            "the file has no `-- Up Migration`, so that node-pg-migrate runs this part going up, too",
        );
    }
    let first = up.into_iter().chain(down).min();
    if let Some(at) = first.filter(|&at| up.is_some() && !is_without_sql(&source.text[..at])) {
        reader.bad_directive(
            source,
            at,
            "SQL comes before this part, and node-pg-migrate does not run it",
        );
    }
    let ends = |start: usize, other: Option<usize>| start..other.filter(|&at| at > start).unwrap_or(end);
    (ends(up.unwrap_or(0), down), down.map(|at| ends(at, up)))
}

fn is_without_sql(text: &str) -> bool {
    let mut lines = text.lines().map(str::trim);
    lines.all(|line| line.is_empty() || line.starts_with("--"))
}

#[cfg(test)]
mod tests {
    use crate::{
        Format, Migration,
        folder::tests::{codes, read, statements},
    };

    fn one(text: &str) -> Migration {
        let mut read = read(Format::NodePgMigrate, &[("1_a.sql", text)]).unwrap();
        read.items.remove(0)
    }

    #[test]
    fn a_file_has_two_parts_in_any_order_or_none() {
        for text in [
            "-- Up Migration\nSELECT 1;\n-- Down Migration\nSELECT 2;\n",
            "--down migration\nSELECT 2;\n  --- UP   migration of things\nSELECT 1;\n",
        ] {
            let migration = one(text);
            assert_eq!(statements(&migration.up), ["SELECT 1"], "{text}");
            assert_eq!(
                statements(migration.down.as_ref().unwrap()),
                ["SELECT 2"],
                "{text}"
            );
        }
        let migration = one("SELECT 1;\n-- why this is an up migration\nSELECT 2;");
        assert_eq!(statements(&migration.up), ["SELECT 1", "SELECT 2"]);
        assert!(migration.down.is_none());
    }

    #[test]
    fn a_time_in_utc_is_a_number_of_milliseconds() {
        let files = [
            ("20200513070724505_b.sql", "SELECT 2;"),
            ("1589353644506_c.sql", "SELECT 3;"),
            ("1589353644504_a.sql", "SELECT 1;"),
        ];
        let read = read(Format::NodePgMigrate, &files).unwrap();
        let names: Vec<_> = read.items.iter().map(|item| item.description.as_str()).collect();
        assert_eq!(names, ["a", "b", "c"]);
    }

    #[test]
    fn what_would_not_run_as_it_looks_is_a_problem() {
        for text in [
            "SELECT 1;\n-- Down Migration\nSELECT 2;",
            "SELECT 0;\n-- Up Migration\nSELECT 1;",
            "-- Up Migration\nSELECT 1;\n-- Up Migration\nSELECT 2;",
        ] {
            let problems = read(Format::NodePgMigrate, &[("1_a.sql", text)]).unwrap_err();
            assert_eq!(codes(&problems), ["migration/bad-directive"], "{text}");
        }
        let code = [("1_a.js", "exports.up = () => {}"), ("2_b.sql", "SELECT 1;")];
        let problems = read(Format::NodePgMigrate, &code).unwrap_err();
        assert_eq!(codes(&problems), ["migration/cannot-run"]);
    }
}
