//! The files of a tern folder: numbered from 1 without gaps, the way back below a marker line.
//!
//! Out of scope: code packages and snapshots.

use std::ops::Range;

use super::{super::direction::undoes, template};
use crate::{
    FolderProblem, Migration, Version,
    folder::{
        reader::{Name, Reader},
        script::Draft,
        skipped::Skipped,
        source::{FileKind, RawFile, Source},
    },
};

const DIVIDER: &str = "---- create above / drop below ----";
const NO_TRANSACTION: &str = "---- tern: disable-tx ----";

/// Whether a line is a marker that only tern has.
pub(in crate::folder) fn is_marker(line: &str) -> bool {
    line == NO_TRANSACTION || line.contains(DIVIDER)
}

pub(in crate::folder::formats) fn read(reader: &mut Reader<'_>) -> Vec<Migration> {
    let mut migrations = Vec::new();
    // Folders below hold what files share, and are no migrations.
    let skipped = reader.skipped.len();
    let files = reader.sql_at_top();
    reader.skipped.truncate(skipped);
    skip_unshared(reader);
    let mut named = Vec::new();
    for file in files {
        match name(file) {
            _ if undoes(file.name()) => reader.refuse_down(file),
            Some(name) => named.push((file, name)),
            None => reader.unknown(file),
        }
    }
    named.sort_by(|(_, a), (_, b)| a.version.cmp(&b.version));
    check_gaps(reader, &named);
    for (file, name) in named {
        migrations.extend(migration(reader, file, name));
    }
    migrations
}

/// Notes the files of folders below that no file puts in.
fn skip_unshared(reader: &mut Reader<'_>) {
    let sql = || reader.files.iter().filter(|file| file.kind() == FileKind::Sql);
    let is_shared = |shared: &RawFile| {
        let path = shared.relative.to_string_lossy();
        sql().any(|file| memchr::memmem::find(&file.bytes, path.as_bytes()).is_some())
    };
    let unshared: Vec<_> = sql()
        .filter(|file| !file.is_at_top() && !is_shared(file))
        .map(|file| Skipped {
            file: reader.shown(file),
            why: "a file of a folder below that no template puts in".to_owned(),
        })
        .collect();
    reader.skipped.extend(unshared);
}

fn name(file: &RawFile) -> Option<Name> {
    let (number, description) = file.name().strip_suffix(".sql")?.split_once('_')?;
    let version = Version::number(number).filter(|_| !number.contains('.') && !description.is_empty())?;
    Some(Name {
        version,
        filename: file.name().to_owned(),
        description: description.to_owned(),
    })
}

/// The first number that is missing; what comes behind it is not reported again.
fn check_gaps(reader: &mut Reader<'_>, named: &[(&RawFile, Name)]) {
    let mut expected = 1;
    for (file, name) in named {
        let Version::Number { parts, .. } = &name.version else {
            continue;
        };
        match parts.first() {
            Some(&number) if number > expected => {
                let next = reader.shown(file);
                let missing = expected;
                reader.problems.push(FolderProblem::Gap { missing, next });
                return;
            }
            // Two of the same number are reported as what they are.
            Some(&number) => expected = number + 1,
            None => {}
        }
    }
}

fn migration(reader: &mut Reader<'_>, file: &RawFile, name: Name) -> Option<Migration> {
    let source = reader.source(file)?;
    let end = source.text.len();
    let divider = source.text.find(DIVIDER);
    let up = 0..divider.unwrap_or(end);
    let down = divider.map(|at| at + DIVIDER.len()..end);
    let down = down.filter(|part| !source.text[part.clone()].trim().is_empty());
    if is_without_sql(&source.text[up.clone()]) {
        reader.bad_directive(&source, up.end.min(end), "there is no SQL to apply here");
    }
    let down = reader.down(|reader| {
        let draft = draft(reader, &source, down?);
        Some(reader.script(draft))
    });
    let up = draft(reader, &source, up);
    Some(reader.migration(name, up, down))
}

fn is_without_sql(text: &str) -> bool {
    text.lines()
        .map(str::trim)
        .all(|line| line.is_empty() || line.starts_with("--"))
}

fn draft<'s>(reader: &mut Reader<'_>, source: &'s Source, part: Range<usize>) -> Draft<'s> {
    let mut draft = Draft::part(source, part.clone());
    draft.values = template::values(reader, source, part.clone());
    let no_transaction = source.text[part].lines().any(|line| line == NO_TRANSACTION);
    draft.no_transaction = no_transaction.then(|| format!("`{NO_TRANSACTION}`"));
    draft
}

#[cfg(test)]
mod tests {
    use crate::{
        Format, Mode,
        folder::tests::{codes, read, statements, versions},
    };

    #[test]
    fn the_way_back_stands_below_the_marker() {
        let text = "SELECT 1;\n\n---- create above / drop below ----\n\nSELECT 2;\n";
        let files = [
            ("002_b.sql", "SELECT 3;\n---- create above / drop below ----\n"),
            ("001_a.sql", text),
        ];
        let read = read(Format::Tern, &files).unwrap();
        assert_eq!(versions(&read), ["001", "002"]);
        assert_eq!(statements(&read.items[0].up), ["SELECT 1"]);
        assert_eq!(statements(read.items[0].down.as_ref().unwrap()), ["SELECT 2"]);
        assert!(
            read.items[1].down.is_none(),
            "nothing below the marker means no way back"
        );
    }

    #[test]
    fn each_direction_has_its_own_mode() {
        let text = "SELECT 1;\n---- create above / drop below ----\n---- tern: disable-tx ----\nSELECT 2;";
        let read = read(Format::Tern, &[("1_a.sql", text)]).unwrap();
        assert_eq!(read.items[0].up.mode, Mode::Transactional);
        assert_ne!(read.items[0].down.as_ref().unwrap().mode, Mode::Transactional);
    }

    #[test]
    fn numbers_have_no_gaps() {
        let codes_of = |names: &[&str]| {
            let files: Vec<_> = names.iter().map(|name| (*name, "SELECT 1;")).collect();
            codes(&read(Format::Tern, &files).unwrap_err())
        };
        assert_eq!(codes_of(&["1_a.sql", "3_b.sql", "5_c.sql"]), ["migration/gap"]);
        assert_eq!(codes_of(&["2_a.sql"]), ["migration/gap"]);
        assert_eq!(codes_of(&["1_a.sql", "1_b.sql"]), ["migration/duplicate-version"]);
        assert_eq!(codes_of(&["1_a.sql", "b.sql"]), ["migration/unknown-file"]);
    }

    #[test]
    fn nothing_to_apply_is_a_problem() {
        let problems = read(Format::Tern, &[("1_a.sql", "-- later\n")]).unwrap_err();
        assert_eq!(codes(&problems), ["migration/bad-directive"]);
    }
}
