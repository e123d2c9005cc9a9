//! Diesel: a folder for each migration, `<version>_<name>`, with `up.sql`, and with `down.sql` and `metadata.toml` where
//! they are needed.
//!
//! Left out on purpose: `diesel.toml`, which says nothing about what a migration does.

use std::{collections::BTreeSet, path::Path};

use serde::Deserialize;

use crate::{
    FolderProblem, Migration, Version,
    folder::{
        reader::{Name, Reader},
        script::Draft,
        source::{FileKind, RawFile},
    },
};

/// What `metadata.toml` may say.
#[derive(Debug, Deserialize)]
struct Metadata {
    /// Diesel takes a file without the key for a no.
    #[serde(default)]
    run_in_transaction: bool,
}

pub(super) fn read(reader: &mut Reader<'_>) -> Vec<Migration> {
    let mut folders: BTreeSet<&Path> = BTreeSet::new();
    let mut migrations = Vec::new();
    reader.skip_at_top();
    for file in reader
        .files
        .iter()
        .filter(|file| file.kind() == FileKind::Sql && !file.is_at_top())
    {
        let deep = file.relative.components().count() == 2;
        let known = deep && matches!(file.name(), "up.sql" | "down.sql");
        match file.parent().to_str().and_then(name) {
            Some(name) if known => {
                if folders.insert(file.parent()) {
                    migrations.extend(migration(reader, file, name));
                }
            }
            _ => reader.unknown(file),
        }
    }
    migrations
}

/// The version is the part before the first underscore, without hyphens, as text.
fn name(folder: &str) -> Option<Name> {
    let (version, description) = folder.split_once('_').unwrap_or((folder, ""));
    let version = version.replace('-', "");
    let fits = !version.is_empty() && version.bytes().all(|byte| byte.is_ascii_alphanumeric());
    fits.then(|| Name {
        version: Version::Text(version),
        filename: folder.to_owned(),
        description: description.to_owned(),
    })
}

fn migration(reader: &mut Reader<'_>, file: &RawFile, name: Name) -> Option<Migration> {
    let no_transaction = metadata(reader, file);
    let down = reader.beside(file, "down.sql").and_then(|down| {
        reader.down(|reader| {
            let source = reader.source(down)?;
            let mut draft = Draft::whole(&source);
            draft.no_transaction = no_transaction.clone();
            Some(reader.script(draft))
        })
    });
    let Some(up) = reader.beside(file, "up.sql") else {
        reader.down_problems.push(FolderProblem::DownWithoutUp {
            file: reader.shown(file),
            expected: "up.sql".to_owned(),
        });
        return None;
    };
    let source = reader.source(up)?;
    let mut draft = Draft::whole(&source);
    draft.no_transaction = no_transaction;
    Some(reader.migration(name, draft, down))
}

/// What keeps the migration out of a transaction, by its metadata.
fn metadata(reader: &mut Reader<'_>, file: &RawFile) -> Option<String> {
    let file = reader.beside(file, "metadata.toml")?;
    let source = reader.source(file)?;
    match toml::from_str::<Metadata>(&source.text) {
        Ok(Metadata {
            run_in_transaction: true,
        }) => None,
        Ok(_) => Some("`metadata.toml`".to_owned()),
        Err(error) => {
            let at = error.span().map_or(0, |span| span.start);
            reader.problems.push(FolderProblem::BadSettings {
                place: source.place(at),
                why: error.message().to_owned(),
            });
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        Format, Mode,
        folder::tests::{codes, read, statements, versions},
    };

    #[test]
    fn a_folder_is_a_migration_and_its_version_has_no_hyphens() {
        let files = [
            ("2017-09-23-182408_move/up.sql", "SELECT 1;"),
            ("20170102131034_dump/up.sql", "SELECT 2;"),
            ("20170102131034_dump/down.sql", "SELECT 3;"),
            ("00000000000000_initial/up.sql", ""),
            (".keep", ""),
        ];
        let read = read(Format::Diesel, &files).unwrap();
        assert_eq!(
            versions(&read),
            ["00000000000000", "20170102131034", "20170923182408"]
        );
        assert_eq!(read.items[1].filename, "20170102131034_dump");
        assert_eq!(statements(read.items[1].down.as_ref().unwrap()), ["SELECT 3"]);
        assert_eq!(read.items[2].description, "move");
    }

    #[test]
    fn metadata_without_the_key_means_no_transaction() {
        let mode = |metadata: Option<&str>| {
            let mut files = vec![("1_a/up.sql", "SELECT 1;")];
            files.extend(metadata.map(|text| ("1_a/metadata.toml", text)));
            read(Format::Diesel, &files).unwrap().items[0].up.mode.clone()
        };
        let reason = "`metadata.toml`".to_owned();
        assert_eq!(mode(None), Mode::Transactional);
        assert_eq!(mode(Some("run_in_transaction = true")), Mode::Transactional);
        assert_eq!(
            mode(Some("")),
            Mode::NonTransactional {
                reason: reason.clone()
            }
        );
        assert_eq!(
            mode(Some("run_in_transaction = false\nother = 1")),
            Mode::NonTransactional { reason }
        );
    }

    #[test]
    fn what_is_missing_or_out_of_place_is_a_problem() {
        let files = [
            ("1_a/down.sql", ""),
            ("2_b/up.sql", ""),
            ("2_b/metadata.toml", "run_in_transaction = 'no'"),
            ("2_b/more.sql", ""),
        ];
        let problems = read(Format::Diesel, &files).unwrap_err();
        assert_eq!(
            codes(&problems),
            [
                "migration/unknown-file",
                "migration/bad-settings",
                "migration/down-without-up",
            ]
        );
    }

    #[test]
    fn a_file_beside_the_folders_is_left_out_aloud() {
        let read = read(Format::Diesel, &[("1_a/up.sql", ""), ("data.sql", "SELECT 1;")]).unwrap();
        assert_eq!((read.items.len(), read.skipped.len()), (1, 1));
    }
}
