//! refinery: `V<version>__<name>.sql`, and `U<version>__<name>.sql` for one that may be applied out of order. Both are
//! applied in the order of their versions, and nothing undoes them. Folders below are read too.
//!
//! Left out on purpose: migrations in Rust, which are refused by name.

use super::flyway::{Parts, parts};
use crate::{
    FolderProblem, Format, Migration, Version,
    folder::{
        reader::{Name, Reader},
        script::Draft,
        source::{FileKind, RawFile},
    },
};

pub(super) fn read(reader: &mut Reader<'_>) -> Vec<Migration> {
    let mut migrations = Vec::new();
    for file in reader.files {
        match (file.kind(), name(file)) {
            (FileKind::Sql, Some(name)) => {
                if let Some(source) = reader.source(file) {
                    migrations.push(reader.migration(name, Draft::whole(&source), None));
                }
            }
            (FileKind::Sql, None) => reader.unknown(file),
            (FileKind::Code, Some(_)) => reader.problems.push(FolderProblem::CannotRun {
                place: diagnostic::Place::file(reader.shown(file).display().to_string()),
                what: "it is a migration written in Rust, which only the program it is part of can run"
                    .to_owned(),
            }),
            _ => {}
        }
    }
    migrations
}

/// What the name says, of an SQL file or of one in Rust.
fn name(file: &RawFile) -> Option<Name> {
    let (stem, extension) = file.name().rsplit_once('.')?;
    let (version, description) = stem.strip_prefix(['V', 'U'])?.split_once("__")?;
    let is_word =
        |text: &str| !text.is_empty() && text.chars().all(|next| next.is_alphanumeric() || next == '_');
    let version = Version::number(version).filter(|_| !version.contains('_'))?;
    let fits = matches!(extension, "sql" | "rs") && is_word(description);
    fits.then(|| Name {
        version,
        filename: file.name().to_owned(),
        description: description.to_owned(),
    })
}

/// Which of the two formats with such names a folder can be of. It is refinery's with migrations in Rust, Flyway's where a `U` file undoes
/// something, and of both with `U` files that undo nothing, which to refinery are migrations like others.
pub(in crate::folder) fn formats_of_names(files: &[RawFile]) -> &'static [Format] {
    let names = || files.iter().map(RawFile::name);
    let in_rust = files
        .iter()
        .any(|file| file.name().ends_with(".rs") && name(file).is_some());
    let applied: Vec<_> = names()
        .filter_map(|name| match parts(name)? {
            Parts::Versioned(version, _) => Some(version),
            _ => None,
        })
        .collect();
    let undos: Vec<_> = names()
        .filter_map(|name| match parts(name)? {
            Parts::Undo(version, _) => Some(version),
            _ => None,
        })
        .collect();
    if in_rust {
        &[Format::Refinery]
    } else if undos.is_empty() || undos.iter().any(|version| applied.contains(version)) {
        &[Format::Flyway]
    } else {
        &[Format::Flyway, Format::Refinery]
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        Format,
        folder::tests::{codes, read, versions},
    };

    #[test]
    fn both_kinds_apply_in_the_order_of_their_versions() {
        let files = [
            ("V10__c.sql", ""),
            ("sub/V2__b.sql", ""),
            ("U1__a.sql", ""),
            ("mod.rs", ""),
        ];
        let read = read(Format::Refinery, &files).unwrap();
        assert_eq!(versions(&read), ["1", "2", "10"]);
        assert!(read.items.iter().all(|item| item.down.is_none()));
    }

    #[test]
    fn rust_is_refused_and_names_are_checked() {
        let files = [
            ("V1__a.rs", ""),
            ("V2__b-c.sql", ""),
            ("V3_c.sql", ""),
            ("R__d.sql", ""),
            ("U4__e.sql", ""),
            ("V4__f.sql", ""),
        ];
        let problems = read(Format::Refinery, &files).unwrap_err();
        let mut found = codes(&problems);
        found.sort_unstable();
        assert_eq!(
            found,
            [
                "migration/cannot-run",
                "migration/duplicate-version",
                "migration/unknown-file",
                "migration/unknown-file",
                "migration/unknown-file",
            ]
        );
    }
}
