//! sql-migrate: one file with parts, `-- +migrate Up` and `-- +migrate Down`, and options on those lines.
//!
//! Statements are told apart by the lexer and not by sql-migrate's line rule. What `StatementBegin` and `StatementEnd` hold
//! together stays together outside of a transaction.

use std::ops::Range;

use crate::{
    Direction, FolderProblem, Migration, Version,
    folder::{
        reader::{Name, Reader},
        script::Draft,
        source::{Line, RawFile, Source},
    },
};

const PREFIX: &str = "-- +migrate";
const COMMANDS: [&str; 4] = ["Up", "Down", "StatementBegin", "StatementEnd"];

/// Whether a line is a command of sql-migrate.
pub(in crate::folder) fn is_command(line: &str) -> bool {
    command(line).is_some()
}

/// The words of a command, if this line is one: at the start of the line, with these blanks.
fn command(line: &str) -> Option<&str> {
    let words = line.strip_prefix(PREFIX)?;
    (words.is_empty() || words.starts_with(' ')).then(|| words.trim())
}

pub(super) fn read(reader: &mut Reader<'_>) -> Vec<Migration> {
    let files = reader.sql_at_top();
    let mut migrations = Vec::new();
    for file in files {
        match name(file) {
            Some(name) => migrations.extend(migration(reader, file, name)),
            None => reader.unknown(file),
        }
    }
    migrations
}

/// Files with a number at the start run first, by that number; the others follow by their names.
fn name(file: &RawFile) -> Option<Name> {
    let stem = file.name().strip_suffix(".sql")?;
    let digits = stem.bytes().take_while(u8::is_ascii_digit).count();
    let (number, description) = stem.split_at(digits);
    let numbered = number.parse::<i64>().ok().and_then(|_| Version::number(number));
    // A number that an i64 cannot hold stops sql-migrate.
    if digits > 0 && numbered.is_none() {
        return None;
    }
    Some(Name {
        version: numbered.unwrap_or_else(|| Version::Text(stem.to_owned())),
        filename: file.name().to_owned(),
        description: description.trim_start_matches(['_', '-', '.']).to_owned(),
    })
}

fn migration(reader: &mut Reader<'_>, file: &RawFile, name: Name) -> Option<Migration> {
    let source = reader.source(file)?;
    let parts = Scan::of(reader, &source);
    let has_down = parts.has(Direction::Down);
    let down = reader.down(|reader| has_down.then(|| reader.script(parts.draft(&source, Direction::Down))));
    Some(reader.migration(name, parts.draft(&source, Direction::Up), down))
}

/// A part of a file: what follows one `Up` or `Down`.
struct Part {
    direction: Direction,
    range: Range<usize>,
    no_transaction: bool,
}

#[derive(Default)]
struct Scan {
    parts: Vec<Part>,
    commands: Vec<Range<usize>>,
    blocks: Vec<Range<usize>>,
    /// Where an open block begins.
    block: Option<usize>,
    /// Whether SQL before the first part was reported.
    reported: bool,
}

impl Scan {
    fn of(reader: &mut Reader<'_>, source: &Source) -> Self {
        let mut scan = Self::default();
        for line in source.lines() {
            match command(line.text) {
                Some(words) => scan.command(reader, source, &line, words),
                None => scan.other(reader, source, &line),
            }
        }
        if let Some(start) = scan.block {
            reader.bad_directive(source, start, "this statement has no `-- +migrate StatementEnd`");
        }
        if scan.parts.is_empty() && !scan.reported {
            reader.bad_directive(source, 0, "the file has no `-- +migrate Up`");
        }
        scan
    }

    fn command(&mut self, reader: &mut Reader<'_>, source: &Source, line: &Line<'_>, words: &str) {
        self.commands.push(line.start..line.end());
        let (name, options) = words.split_once(char::is_whitespace).unwrap_or((words, ""));
        let direction = match name {
            "Up" => Direction::Up,
            "Down" => Direction::Down,
            "StatementBegin" if self.block.is_some() => {
                return reader.bad_directive(
                    source,
                    line.start,
                    "the statement before has no `StatementEnd`",
                );
            }
            "StatementBegin" => {
                self.block = Some(line.next);
                return;
            }
            "StatementEnd" => {
                match self.block.take() {
                    Some(start) => self.blocks.push(start..line.start),
                    None => reader.bad_directive(
                        source,
                        line.start,
                        "no `StatementBegin` comes before this `StatementEnd`",
                    ),
                }
                return;
            }
            _ => return unknown(reader, source, line, name),
        };
        if let Some(option) = options
            .split_whitespace()
            .find(|option| *option != "notransaction")
        {
            reader.bad_directive(
                source,
                line.start,
                format!("sql-migrate has no option `{option}`"),
            );
        }
        if let Some(before) = self.parts.last_mut() {
            before.range.end = line.start;
        }
        self.parts.push(Part {
            direction,
            range: line.next..source.text.len(),
            no_transaction: !options.is_empty(),
        });
    }

    /// sql-migrate passes over everything before the first command.
    fn other(&mut self, reader: &mut Reader<'_>, source: &Source, line: &Line<'_>) {
        let text = line.text.trim();
        if self.parts.is_empty() && !self.reported && !text.is_empty() && !text.starts_with("--") {
            reader.bad_directive(
                source,
                line.start,
                "SQL comes before `-- +migrate Up`, and sql-migrate does not run it",
            );
            self.reported = true;
        }
    }

    fn has(&self, direction: Direction) -> bool {
        self.parts.iter().any(|part| part.direction == direction)
    }

    /// The script of one direction; an empty one where the file has no such part.
    fn draft<'s>(&self, source: &'s Source, direction: Direction) -> Draft<'s> {
        let parts = || self.parts.iter().filter(|part| part.direction == direction);
        let mut draft = Draft::parts(source, parts().map(|part| part.range.clone()).collect());
        draft.blanks.clone_from(&self.commands);
        draft.blocks.clone_from(&self.blocks);
        if parts().any(|part| part.no_transaction) {
            draft.no_transaction = Some("`notransaction`".to_owned());
        }
        draft
    }
}

fn unknown(reader: &mut Reader<'_>, source: &Source, line: &Line<'_>, name: &str) {
    let distance = |known: &&str| strsim::levenshtein(&known.to_lowercase(), &name.to_lowercase());
    let nearest = COMMANDS.into_iter().min_by_key(distance);
    reader.problems.push(FolderProblem::BadDirective {
        place: source.place(line.start),
        what: format!("sql-migrate has no command `+migrate {name}`"),
        nearest: nearest.map(|known| format!("{PREFIX} {known}")),
    });
}

#[cfg(test)]
mod tests {
    use crate::{
        Format, Migration, Mode,
        folder::tests::{codes, read, statements},
    };

    fn one(text: &str) -> Migration {
        let mut read = read(Format::SqlMigrate, &[("1_a.sql", text)]).unwrap();
        read.items.remove(0)
    }

    #[test]
    fn up_and_down_come_from_one_file() {
        let migration = one("-- why\n-- +migrate Up\nSELECT 1;\n\n-- +migrate Down\nSELECT 2;\n");
        assert_eq!(statements(&migration.up), ["SELECT 1"]);
        assert_eq!(statements(migration.down.as_ref().unwrap()), ["SELECT 2"]);
        assert!(one("-- +migrate Up\nSELECT 1;").down.is_none());
    }

    #[test]
    fn parts_of_one_direction_run_in_the_order_of_the_file() {
        let migration =
            one("-- +migrate Up\nSELECT 1;\n-- +migrate Down\nSELECT 2;\n-- +migrate Up\nSELECT 3;\n");
        assert_eq!(statements(&migration.up), ["SELECT 1", "SELECT 3"]);
        assert_eq!(statements(migration.down.as_ref().unwrap()), ["SELECT 2"]);
    }

    #[test]
    fn an_option_is_for_its_direction_and_blocks_stay_together() {
        let migration = one(
            "-- +migrate Up notransaction\nSELECT 1; SELECT 2;\n-- +migrate StatementBegin\nSELECT 3;\nSELECT 4;\n\
             -- +migrate StatementEnd\n-- +migrate Down\nSELECT 5;\n",
        );
        let reason = "`notransaction`".to_owned();
        assert_eq!(migration.up.mode, Mode::NonTransactional { reason });
        assert_eq!(
            statements(&migration.up),
            ["SELECT 1", "SELECT 2", "SELECT 3;\nSELECT 4"]
        );
        assert_eq!(migration.down.unwrap().mode, Mode::Transactional);
    }

    #[test]
    fn numbered_files_run_first_by_number_and_the_others_by_name() {
        let up = "-- +migrate Up\nSELECT 1;";
        let files = [
            ("b.sql", up),
            ("10_b.sql", up),
            ("9_c.sql", up),
            ("9_a.sql", up),
            ("a.sql", up),
        ];
        let read = read(Format::SqlMigrate, &files).unwrap();
        let names: Vec<_> = read.items.iter().map(|item| item.filename.as_str()).collect();
        assert_eq!(names, ["9_a.sql", "9_c.sql", "10_b.sql", "a.sql", "b.sql"]);
    }

    #[test]
    fn what_sql_migrate_would_not_understand_is_a_problem() {
        for text in [
            "SELECT 1;",
            "SELECT 0;\n-- +migrate Up\nSELECT 1;",
            "-- +migrate up\nSELECT 1;",
            "-- +migrate Up no-transaction\nSELECT 1;",
            "-- +migrate Up\n-- +migrate StatementBegin\nSELECT 1;",
            "-- +migrate Up\nSELECT 1;\n-- +migrate StatementEnd\n",
        ] {
            let problems = read(Format::SqlMigrate, &[("1_a.sql", text)]).unwrap_err();
            assert_eq!(codes(&problems)[0], "migration/bad-directive", "{text}");
        }
        let problems = read(
            Format::SqlMigrate,
            &[("99999999999999999999_a.sql", "-- +migrate Up\n")],
        )
        .unwrap_err();
        assert_eq!(codes(&problems), ["migration/unknown-file"]);
    }
}
