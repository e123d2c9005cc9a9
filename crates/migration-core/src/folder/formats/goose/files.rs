//! The files of a goose folder: `<number>_<name>.sql`, each with an up part and perhaps a down part.
//!
//! Out of scope: migrations in Go, which are refused by name.

use std::ops::Range;

use super::{annotations::sections, environment::environment};
use crate::{
    FolderProblem, Migration, Version,
    folder::{
        reader::{Name, Reader},
        script::Draft,
        source::RawFile,
    },
};

pub(in crate::folder::formats) fn read(reader: &mut Reader<'_>) -> Vec<Migration> {
    refuse_code(reader);
    let mut migrations = Vec::new();
    for file in reader.sql_at_top() {
        match name(file) {
            Some(name) => migrations.extend(migration(reader, file, name)),
            None => reader.unknown(file),
        }
    }
    migrations
}

fn refuse_code(reader: &mut Reader<'_>) {
    for file in reader.files.iter().filter(|file| file.is_at_top()) {
        let migrates =
            file.name().ends_with(".go") && !file.name().ends_with("_test.go") && name(file).is_some();
        if migrates {
            reader.problems.push(FolderProblem::CannotRun {
                place: diagnostic::Place::file(reader.shown(file).display().to_string()),
                what: "it is a migration written in Go, which only the program it is part of can run"
                    .to_owned(),
            });
        }
    }
}

fn name(file: &RawFile) -> Option<Name> {
    let (stem, _) = file.name().rsplit_once('.')?;
    let (number, description) = stem.split_once('_')?;
    let number: i64 = number.parse().ok().filter(|&number| number > 0)?;
    Some(Name {
        version: Version::number(&number.to_string())?,
        filename: file.name().to_owned(),
        description: description.to_owned(),
    })
}

fn migration(reader: &mut Reader<'_>, file: &RawFile, name: Name) -> Option<Migration> {
    let source = reader.source(file)?;
    let sections = sections(reader, &source);
    let no_transaction = sections
        .no_transaction
        .then(|| "`-- +goose NO TRANSACTION`".to_owned());
    let draft = |reader: &mut Reader<'_>, part: Range<usize>| {
        let mut draft = Draft::part(&source, part.clone());
        draft.blanks = sections.annotations.clone();
        draft.blocks = sections.blocks.clone();
        for range in &sections.substituted {
            let range = range.start.max(part.start)..range.end.min(part.end);
            if !range.is_empty() {
                draft.values.extend(environment(reader, &source, range));
            }
        }
        draft.no_transaction = no_transaction.clone();
        draft
    };
    let up = draft(reader, sections.up?);
    let down = sections.down.and_then(|part| {
        reader.down(|reader| {
            let down = draft(reader, part);
            Some(reader.script(down))
        })
    });
    Some(reader.migration(name, up, down))
}

#[cfg(test)]
mod tests {
    use crate::{
        Format,
        folder::tests::{codes, read, statements, versions},
    };

    #[test]
    fn up_and_down_come_from_one_file_and_keep_their_offsets() {
        let text = "-- a table\n-- +goose Up\nCREATE TABLE t (a int);\n\n-- +goose Down\nDROP TABLE t;\n";
        let migration = &read(Format::Goose, &[("001_a.sql", text)]).unwrap().items[0];
        let down = migration.down.as_ref().unwrap();
        assert_eq!(statements(&migration.up), ["CREATE TABLE t (a int)"]);
        assert_eq!(statements(down), ["DROP TABLE t"]);
        assert_eq!(down.place(down.statements[0].start).line, Some(6));
        assert_eq!(migration.up.text, text);
    }

    #[test]
    fn a_variable_that_only_the_way_down_needs_keeps_nothing_from_running() {
        let text = "-- +goose ENVSUB ON\n-- +goose Up\nSELECT 1;\n-- +goose Down\nSELECT '${NOWHERE}';\n";
        let read = read(Format::Goose, &[("1_a.sql", text)]).unwrap();
        assert!(read.items[0].down.is_none());
        assert_eq!(read.down_problems.len(), 1);
    }

    #[test]
    fn go_files_are_refused_and_names_checked() {
        let sql = "-- +goose Up\nSELECT 1;";
        let files = [
            ("2_b.go", ""),
            ("embed.go", ""),
            ("2_b_test.go", ""),
            ("0_a.sql", sql),
            ("a.sql", sql),
        ];
        let problems = read(Format::Goose, &files).unwrap_err();
        assert_eq!(
            codes(&problems),
            [
                "migration/cannot-run",
                "migration/unknown-file",
                "migration/unknown-file"
            ]
        );
        let files = [("10_b.sql", sql), ("009_a.sql", sql)];
        assert_eq!(versions(&read(Format::Goose, &files).unwrap()), ["9", "10"]);
    }
}
