//! Prisma: a folder for each migration with `migration.sql`, in the order of their names.
//!
//! A `down.sql` beside it, as Prisma's guide has people generate it, is its down script. Prisma itself opens no
//! transaction; here one is opened unless a statement forbids it.
//!
//! Left out on purpose: the Prisma schema.

use serde::Deserialize;

use crate::{
    FolderProblem, Migration, Version,
    folder::{
        reader::{Name, Reader},
        script::Draft,
        source::{FileKind, RawFile},
    },
};

/// What `migration_lock.toml` says.
#[derive(Debug, Deserialize)]
struct Lock {
    provider: String,
}

pub(super) fn read(reader: &mut Reader<'_>) -> Vec<Migration> {
    check_provider(reader);
    let mut migrations = Vec::new();
    reader.skip_at_top();
    for file in reader
        .files
        .iter()
        .filter(|file| file.kind() == FileKind::Sql && !file.is_at_top())
    {
        let folder = file
            .parent()
            .to_str()
            .filter(|_| file.relative.components().count() == 2);
        match (folder, file.name()) {
            (Some(folder), "migration.sql") => migrations.extend(migration(reader, file, folder)),
            (Some(_), "down.sql") if reader.beside(file, "migration.sql").is_some() => {}
            (Some(_), "down.sql") => reader.down_problems.push(FolderProblem::DownWithoutUp {
                file: reader.shown(file),
                expected: "migration.sql".to_owned(),
            }),
            _ => reader.unknown(file),
        }
    }
    migrations
}

fn migration(reader: &mut Reader<'_>, file: &RawFile, folder: &str) -> Option<Migration> {
    let down = reader.beside(file, "down.sql").and_then(|down| {
        reader.down(|reader| {
            let source = reader.source(down)?;
            Some(reader.script(Draft::whole(&source)))
        })
    });
    let source = reader.source(file)?;
    let name = Name {
        version: Version::Text(folder.to_owned()),
        filename: folder.to_owned(),
        description: folder
            .split_once('_')
            .map_or(folder, |(_, words)| words)
            .to_owned(),
    };
    Some(reader.migration(name, Draft::whole(&source), down))
}

/// Migrations that were made for another kind of server cannot run here.
fn check_provider(reader: &mut Reader<'_>) {
    let lock = reader
        .files
        .iter()
        .find(|file| file.relative.as_os_str() == "migration_lock.toml");
    let Some(source) = lock.and_then(|file| reader.source(file)) else {
        return;
    };
    match toml::from_str::<Lock>(&source.text) {
        Ok(lock) if matches!(lock.provider.as_str(), "postgresql" | "postgres" | "cockroachdb") => {}
        Ok(lock) => reader.problems.push(FolderProblem::CannotRun {
            place: source.place(source.text.find("provider").unwrap_or(0)),
            what: format!("the migrations were made for `{}`", lock.provider),
        }),
        Err(error) => reader.problems.push(FolderProblem::BadSettings {
            place: source.place(error.span().map_or(0, |span| span.start)),
            why: error.message().to_owned(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        Format,
        folder::tests::{codes, read, statements, versions},
    };

    #[test]
    fn folders_run_in_the_order_of_their_names() {
        let files = [
            ("20250101000000_b/migration.sql", "SELECT 2;"),
            ("0_init/migration.sql", "SELECT 1;"),
            ("20250101000000_b/down.sql", "SELECT 3;"),
            ("migration_lock.toml", "provider = \"postgresql\""),
        ];
        let read = read(Format::Prisma, &files).unwrap();
        assert_eq!(versions(&read), ["0_init", "20250101000000_b"]);
        assert_eq!(read.items[1].description, "b");
        assert_eq!(statements(read.items[1].down.as_ref().unwrap()), ["SELECT 3"]);
    }

    #[test]
    fn what_does_not_belong_is_a_problem() {
        let files = [
            ("1_a/down.sql", ""),
            ("2_b/migration.sql", ""),
            ("2_b/more.sql", ""),
            ("migration_lock.toml", "provider = \"mysql\""),
        ];
        let problems = read(Format::Prisma, &files).unwrap_err();
        assert_eq!(
            codes(&problems),
            [
                "migration/cannot-run",
                "migration/unknown-file",
                "migration/down-without-up",
            ]
        );
        let broken = [("1_a/migration.sql", ""), ("migration_lock.toml", "provider")];
        assert_eq!(
            codes(&read(Format::Prisma, &broken).unwrap_err()),
            ["migration/bad-settings"]
        );
    }
}
