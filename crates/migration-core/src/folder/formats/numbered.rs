//! `<number>_<description>.sql`, or `.up.sql` and `.down.sql`: our own format, sqlx's and golang-migrate's.
//!
//! They differ in how large a number may be, in whether a file without a direction is one, and in sqlx's
//! `-- no-transaction`.
//!
//! Left out on purpose: sqlx's silence about files with other names, and golang-migrate's other file types.

use std::collections::{BTreeMap, BTreeSet};

use super::direction::{self, Named};
use crate::{
    Direction, FolderProblem, Format, Migration, Version,
    folder::{
        reader::{Name, Reader},
        script::Draft,
        source::{RawFile, Source},
    },
};

/// A file name of this kind, taken apart.
#[derive(Debug, PartialEq, Eq)]
struct Parts<'a> {
    number: &'a str,
    description: &'a str,
    /// None for a file that applies something and that nothing undoes.
    direction: Option<Direction>,
}

pub(super) fn read(reader: &mut Reader<'_>) -> Vec<Migration> {
    let mut ups: Vec<(&RawFile, Parts<'_>, Version)> = Vec::new();
    let mut downs: BTreeMap<Version, (&RawFile, Parts<'_>)> = BTreeMap::new();
    // Nothing says which of several down scripts undoes a migration, so that none does.
    let mut several: BTreeSet<Version> = BTreeSet::new();
    for file in reader.sql_at_top() {
        let named = parts(file.name(), reader.format).and_then(|parts| {
            let version = Version::number(parts.number)?;
            fits(&version, reader.format).then_some((parts, version))
        });
        let Some((parts, version)) = named else {
            reader.unknown(file);
            continue;
        };
        if parts.direction != Some(Direction::Down) {
            ups.push((file, parts, version));
        } else if let Some((first, _)) = downs.insert(version.clone(), (file, parts)) {
            reader.down_problems.push(FolderProblem::DuplicateVersion {
                version: version.to_string(),
                first: reader.shown(first),
                second: reader.shown(file),
            });
            several.insert(version);
        }
    }
    downs.retain(|version, _| !several.contains(version));
    let mut migrations = Vec::new();
    for (file, parts, version) in ups {
        // A second up file of the same version is reported later; the down file belongs to the first.
        let down = match parts.direction {
            Some(Direction::Up) => downs.remove(&version).map(|(file, _)| file),
            Some(Direction::Down) | None => None,
        };
        migrations.extend(migration(reader, file, &parts, version, down));
    }
    for (file, parts) in downs.into_values() {
        reader.down_problems.push(FolderProblem::DownWithoutUp {
            file: reader.shown(file),
            expected: format!("{}_{}.up.sql", parts.number, parts.description),
        });
    }
    migrations
}

fn migration(
    reader: &mut Reader<'_>,
    file: &RawFile,
    parts: &Parts<'_>,
    version: Version,
    down: Option<&RawFile>,
) -> Option<Migration> {
    let down = reader.down(|reader| {
        let source = reader.source(down?)?;
        let draft = draft(&source, reader.format);
        Some(reader.script(draft))
    });
    let source = reader.source(file)?;
    let name = Name {
        version,
        filename: file.name().to_owned(),
        description: parts.description.to_owned(),
    };
    Some(reader.migration(name, draft(&source, reader.format), down))
}

/// sqlx takes its directive as the very first bytes of a file only, so that a byte order mark defeats it.
fn draft(source: &Source, format: Format) -> Draft<'_> {
    let mut draft = Draft::whole(source);
    if format == Format::Sqlx && source.text.starts_with("-- no-transaction") && !source.marked {
        draft.no_transaction = Some("`-- no-transaction`".to_owned());
    }
    draft
}

fn parts(name: &str, format: Format) -> Option<Parts<'_>> {
    let stem = name.get(..name.len().checked_sub(4)?)?;
    let end = &name[stem.len()..];
    if !end.eq_ignore_ascii_case(".sql") {
        return None;
    }
    let (stem, direction) = match direction::of_stem(stem) {
        Named::Direction(direction, stem) => (stem, Some(direction)),
        // Read as a name without a direction, it would run going up.
        Named::Nearly => return None,
        Named::Nothing if format == Format::GolangMigrate => return None,
        Named::Nothing => (stem, None),
    };
    let (number, description) = stem.split_once('_')?;
    Some(Parts {
        number,
        description,
        direction,
    })
}

/// sqlx keeps versions in an i64, golang-migrate in a u64; ours may be longer.
fn fits(version: &Version, format: Format) -> bool {
    let Version::Number { parts, .. } = version else {
        return false;
    };
    let most = match format {
        Format::Sqlx => u128::from(i64::MAX.unsigned_abs()),
        Format::GolangMigrate => u128::from(u64::MAX),
        _ => u128::MAX,
    };
    parts.len() == 1 && parts.iter().all(|&part| part <= most)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Mode,
        folder::tests::{codes, codes_of, read, versions},
    };

    #[test]
    fn numbers_order_whatever_their_length() {
        let files = [
            ("20250127120000_b.up.sql", "SELECT 1;"),
            ("20251115001_a.up.sql", "SELECT 1;"),
            ("20250127120000_b.down.sql", "SELECT 2;"),
        ];
        let read = read(Format::GolangMigrate, &files).unwrap();
        assert_eq!(versions(&read), ["20251115001", "20250127120000"]);
        assert_eq!(read.items[1].filename, "20250127120000_b.up.sql");
        assert_eq!(read.items[1].description, "b");
        assert_eq!(read.items[1].down.as_ref().unwrap().sql, "SELECT 2;");
        assert!(read.items[0].down.is_none());
    }

    #[test]
    fn a_simple_file_is_a_migration_without_a_way_back() {
        let read = read(
            Format::Native,
            &[("0001_init.sql", "SELECT 1;"), ("0002_a.b.SQL", "")],
        )
        .unwrap();
        assert_eq!(versions(&read), ["0001", "0002"]);
        assert_eq!(read.items[1].description, "a.b");
    }

    #[test]
    fn a_misnamed_file_is_a_problem_and_not_the_only_one() {
        let files = [
            ("0001_a.sql", "SELECT 1;"),
            ("two_b.sql", "SELECT 1;"),
            ("0003-c.sql", "SELECT 1;"),
            ("0001.5_d.sql", "SELECT 1;"),
            ("0004_e.down.sql", "SELECT 1;"),
            ("1_f.sql", "SELECT 1;"),
            ("README.md", "not SQL"),
            ("0001_a.contract.snap", "not SQL"),
        ];
        let problems = read(Format::Native, &files).unwrap_err();
        assert_eq!(
            codes(&problems),
            [
                "migration/unknown-file",
                "migration/unknown-file",
                "migration/unknown-file",
                "migration/duplicate-version",
                "migration/down-without-up",
            ]
        );
    }

    #[test]
    fn golang_migrate_wants_a_direction() {
        assert_eq!(
            codes(&read(Format::GolangMigrate, &[("1_a.sql", "")]).unwrap_err()),
            ["migration/unknown-file"]
        );
    }

    #[test]
    fn what_nearly_names_a_direction_is_a_problem() {
        for name in ["2_b.DOWN.sql", "2_b.Up.sql", "2_b.undo.sql", "2_b.rollback.sql"] {
            for format in [Format::Native, Format::Sqlx, Format::GolangMigrate] {
                let files = [("1_a.up.sql", "SELECT 1;"), (name, "SELECT 2;")];
                let problems = read(format, &files).unwrap_err();
                assert_eq!(codes(&problems), ["migration/unknown-file"], "{format}: {name}");
            }
        }
    }

    #[test]
    fn versions_too_large_for_the_tool_are_refused() {
        let name = format!("{}_a.up.sql", u64::MAX);
        let files = [(name.as_str(), "SELECT 1;")];
        assert!(read(Format::Native, &files).is_ok());
        assert!(read(Format::GolangMigrate, &files).is_ok());
        assert_eq!(
            codes(&read(Format::Sqlx, &files).unwrap_err()),
            ["migration/unknown-file"]
        );
    }

    #[test]
    fn sqlx_takes_its_directive_as_the_very_first_bytes() {
        let mode = |format, text: &str| {
            read(format, &[("1_a.sql", text)]).unwrap().items[0]
                .up
                .mode
                .clone()
        };
        let reason = "`-- no-transaction`".to_owned();
        let text = "-- no-transaction\nSELECT 1;";
        assert_eq!(mode(Format::Sqlx, text), Mode::NonTransactional { reason });
        for defeated in [format!("\u{feff}{text}"), format!("\n{text}")] {
            let problems = read(Format::Sqlx, &[("1_a.sql", &defeated)]).unwrap_err();
            assert_eq!(codes(&problems), ["migration/bad-directive"]);
        }
        assert_eq!(mode(Format::Native, text), Mode::Transactional);
    }

    #[test]
    fn two_down_files_of_one_version_are_a_problem() {
        let files = [
            ("1_a.up.sql", ""),
            ("1_a.down.sql", ""),
            ("1_b.down.sql", ""),
            ("1_c.down.sql", ""),
        ];
        let read = read(Format::Native, &files).unwrap();
        assert!(read.items[0].down.is_none());
        assert_eq!(codes_of(&read.down_problems), ["migration/duplicate-version"; 2]);
    }
}
