//! The files of a Flyway folder and of the folders below it.
//!
//! Out of scope: baselines and callbacks, which are refused by name.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    name::{Parts, parts},
    placeholders::placeholders,
    project::{Project, project},
    settings::{Settings, settings},
};
use crate::{
    FolderProblem, Migration, Version,
    folder::{
        reader::{Name, Reader},
        script::Draft,
        skipped::Skipped,
        source::{FileKind, RawFile, Source},
    },
};

pub(in crate::folder::formats) fn read(reader: &mut Reader<'_>) -> Vec<Migration> {
    refuse_code(reader);
    let project = project(reader);
    let mut found = Vec::new();
    let mut undos: BTreeMap<Version, &RawFile> = BTreeMap::new();
    // Nothing says which of several files undoes a migration, so that none does.
    let mut several: BTreeSet<Version> = BTreeSet::new();
    for file in reader.files.iter().filter(|file| file.kind() == FileKind::Sql) {
        match parts(file.name()) {
            Some(Parts::Versioned(version, description)) => found.push((file, version, description)),
            Some(Parts::Repeatable(name)) => found.push((file, Version::Repeatable(name.clone()), name)),
            Some(Parts::Undo(version, _)) => {
                if let Some(first) = undos.insert(version.clone(), file) {
                    several.insert(version.clone());
                    reader.down_problems.push(FolderProblem::DuplicateVersion {
                        version: version.to_string(),
                        first: reader.shown(first),
                        second: reader.shown(file),
                    });
                }
            }
            Some(Parts::Special(what)) => reader.problems.push(FolderProblem::CannotRun {
                place: diagnostic::Place::file(reader.shown(file).display().to_string()),
                what: what.to_owned(),
            }),
            None => reader.unknown(file),
        }
    }
    undos.retain(|version, _| !several.contains(version));
    let mut migrations = Vec::new();
    for (file, version, description) in found {
        let name = Name {
            filename: file.name().to_owned(),
            description,
            version,
        };
        let undo = undos.remove(&name.version);
        migrations.extend(migration(reader, &project, (file, undo), name));
    }
    for (version, file) in undos {
        reader.down_problems.push(FolderProblem::DownWithoutUp {
            file: reader.shown(file),
            expected: format!("V{version}__….sql"),
        });
    }
    migrations
}

/// Flyway runs migrations in other languages, too; they cannot be left out.
fn refuse_code(reader: &mut Reader<'_>) {
    for file in reader.files.iter().filter(|file| file.kind() == FileKind::Code) {
        let as_sql = file
            .name()
            .rsplit_once('.')
            .map(|(stem, _)| format!("{stem}.sql"));
        if as_sql.is_some_and(|name| parts(&name).is_some()) {
            reader.problems.push(FolderProblem::CannotRun {
                place: diagnostic::Place::file(reader.shown(file).display().to_string()),
                what: "it is a migration in another language than SQL".to_owned(),
            });
        }
    }
}

fn migration(
    reader: &mut Reader<'_>,
    project: &Project,
    (file, undo): (&RawFile, Option<&RawFile>),
    name: Name,
) -> Option<Migration> {
    let own = settings(reader, project, file);
    if !own.executes {
        reader.skipped.push(Skipped {
            file: reader.shown(file),
            why: format!("`{}.conf` says `shouldExecute=false`", file.name()),
        });
        return None;
    }
    let down = reader.down(|reader| {
        let undo = undo?;
        let own = settings(reader, project, undo);
        let source = reader.source(undo)?;
        let draft = draft(reader, project, &source, own);
        Some(reader.script(draft))
    });
    let source = reader.source(file)?;
    let mut draft = draft(reader, project, &source, own);
    draft.values_count = matches!(name.version, Version::Repeatable(_));
    Some(reader.migration(name, draft, down))
}

fn draft<'s>(
    reader: &mut Reader<'_>,
    project: &Project,
    source: &'s Source,
    settings: Settings,
) -> Draft<'s> {
    let mut draft = Draft::whole(source);
    if settings.replaces_placeholders {
        draft.values = placeholders(reader, project, source);
    }
    if !settings.in_transaction {
        draft.no_transaction = Some("`executeInTransaction=false`".to_owned());
    }
    draft
}

#[cfg(test)]
mod tests {
    use crate::{
        Format,
        folder::tests::{codes, read, statements, versions},
    };

    #[test]
    fn versions_order_part_by_part_over_all_folders_and_repeatables_come_last() {
        let files = [
            ("a/V10__j.sql", "SELECT 10;"),
            ("a/V9__i.sql", "SELECT 9;"),
            ("b/V9_1__k.sql", "SELECT 9.1;"),
            ("R__view.sql", "SELECT 0;"),
            ("b/U9__i.sql", "SELECT -9;"),
        ];
        let read = read(Format::Flyway, &files).unwrap();
        assert_eq!(versions(&read), ["9", "9.1", "10", "repeatable view"]);
        assert_eq!(statements(read.items[0].down.as_ref().unwrap()), ["SELECT -9"]);
        assert_eq!(read.items[2].filename, "V10__j.sql");
    }

    #[test]
    fn repeatables_run_in_the_order_of_their_descriptions() {
        let files = [
            ("R__1_base.sql", "SELECT 1;"),
            ("R__10_top.sql", "SELECT 2;"),
            ("R__1.sql", "SELECT 0;"),
        ];
        let read = read(Format::Flyway, &files).unwrap();
        let names: Vec<_> = read.items.iter().map(|item| item.filename.as_str()).collect();
        assert_eq!(names, ["R__1.sql", "R__1_base.sql", "R__10_top.sql"]);
    }

    #[test]
    fn a_migration_in_another_language_is_a_problem() {
        for name in [
            "V2__b.java",
            "R__b.kt",
            "V2__b.scala",
            "V2_1__b.py",
            "V2__b.sh",
            "V2__b.groovy",
            "U1__a.ps1",
            "B1__a.class",
        ] {
            let problems = read(Format::Flyway, &[("V1__a.sql", "SELECT 1;"), (name, "")]).unwrap_err();
            assert_eq!(codes(&problems), ["migration/cannot-run"], "{name}");
        }
        let helpers = [("V1__a.sql", "SELECT 1;"), ("helper.py", ""), ("gradlew.bat", "")];
        assert!(read(Format::Flyway, &helpers).is_ok());
    }

    #[test]
    fn what_cannot_be_run_or_does_not_belong_is_a_problem() {
        let files = [
            ("V1__a.sql", ""),
            ("V1_0__b.sql", ""),
            ("V2_c.sql", ""),
            ("U3__d.sql", ""),
            ("B4__e.sql", ""),
            ("beforeMigrate.sql", ""),
        ];
        let problems = read(Format::Flyway, &files).unwrap_err();
        let mut found = codes(&problems);
        found.sort_unstable();
        assert_eq!(
            found,
            [
                "migration/cannot-run",
                "migration/cannot-run",
                "migration/down-without-up",
                "migration/duplicate-version",
                "migration/unknown-file",
            ]
        );
    }
}
