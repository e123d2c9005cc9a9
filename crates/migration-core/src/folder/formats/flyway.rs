//! Flyway: `V<version>__<description>.sql`, `U…` to undo one, and `R__<description>.sql`, which runs again whenever its
//! text changes. Folders below are read too, and a file's settings lie beside it in `<file>.conf`.
//!
//! Left out on purpose: baselines and callbacks, which are refused by name, and settings in expressions.

use std::collections::BTreeMap;

use crate::{
    FolderProblem, Migration, Version,
    folder::{
        Skipped,
        draft::Draft,
        reader::{Name, Reader},
        source::{FileKind, RawFile, Source},
        values,
    },
};

/// A file name of Flyway's, taken apart.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Parts {
    Versioned(Version, String),
    Undo(Version, String),
    Repeatable(String),
    /// A baseline or a callback.
    Special(&'static str),
}

pub(super) fn parts(name: &str) -> Option<Parts> {
    let stem = name.strip_suffix(".sql")?;
    if ["before", "after"].iter().any(|word| stem.starts_with(word)) {
        return Some(Parts::Special("it is a callback of Flyway"));
    }
    let (head, description) = stem.split_once("__")?;
    let mut letters = head.chars();
    let kind = letters.next()?;
    let version = letters.as_str();
    let description = description.to_owned();
    match kind {
        'R' if version.is_empty() => Some(Parts::Repeatable(description)),
        'V' => Some(Parts::Versioned(Version::number(version)?, description)),
        'U' => Some(Parts::Undo(Version::number(version)?, description)),
        'B' => Version::number(version)
            .map(|_| Parts::Special("it is a baseline, which stands for other migrations")),
        _ => None,
    }
}

pub(super) fn read(reader: &mut Reader<'_>) -> Vec<Migration> {
    let mut found = Vec::new();
    let mut undos: BTreeMap<Version, &RawFile> = BTreeMap::new();
    for file in reader.files.iter().filter(|file| file.kind() == FileKind::Sql) {
        match parts(file.name()) {
            Some(Parts::Versioned(version, description)) => found.push((file, version, description)),
            Some(Parts::Repeatable(name)) => found.push((file, Version::Repeatable(name.clone()), name)),
            Some(Parts::Undo(version, _)) => {
                if let Some(first) = undos.insert(version.clone(), file) {
                    reader.problems.push(FolderProblem::DuplicateVersion {
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
    let mut migrations = Vec::new();
    for (file, version, description) in found {
        let name = Name {
            filename: file.name().to_owned(),
            description,
            version,
        };
        let undo = undos.remove(&name.version);
        migrations.extend(migration(reader, file, undo, name));
    }
    for (version, file) in undos {
        reader.problems.push(FolderProblem::DownWithoutUp {
            file: reader.shown(file),
            expected: format!("V{version}__….sql"),
        });
    }
    migrations
}

fn migration(
    reader: &mut Reader<'_>,
    file: &RawFile,
    undo: Option<&RawFile>,
    name: Name,
) -> Option<Migration> {
    let settings = settings(reader, file);
    if !settings.executes {
        reader.skipped.push(Skipped {
            file: reader.shown(file),
            why: format!("`{}.conf` says `shouldExecute=false`", file.name()),
        });
        return None;
    }
    let down = undo.and_then(|undo| {
        let settings = self::settings(reader, undo);
        let source = reader.source(undo)?;
        let draft = draft(reader, &source, settings);
        Some(reader.script(draft))
    });
    let source = reader.source(file)?;
    let draft = draft(reader, &source, settings);
    Some(reader.migration(name, draft, down))
}

fn draft<'s>(reader: &mut Reader<'_>, source: &'s Source, settings: Settings) -> Draft<'s> {
    let mut draft = Draft::whole(source);
    if settings.replaces_placeholders {
        draft.values = values::placeholders(reader, source);
    }
    if !settings.in_transaction {
        draft.no_transaction = Some("`executeInTransaction=false`".to_owned());
    }
    draft
}

/// What the `.conf` file beside a script says.
#[derive(Debug, Clone, Copy)]
struct Settings {
    in_transaction: bool,
    executes: bool,
    replaces_placeholders: bool,
}

fn settings(reader: &mut Reader<'_>, file: &RawFile) -> Settings {
    let mut settings = Settings {
        in_transaction: true,
        executes: true,
        replaces_placeholders: true,
    };
    let beside = reader.beside(file, &format!("{}.conf", file.name()));
    let Some(source) = beside.and_then(|file| reader.source(file)) else {
        return settings;
    };
    for line in source.lines() {
        let text = line.text.trim();
        if text.is_empty() || text.starts_with('#') {
            continue;
        }
        let (key, value) = text.split_once('=').unwrap_or((text, ""));
        let value = value.trim().to_ascii_lowercase();
        let setting = match key.trim() {
            "executeInTransaction" => &mut settings.in_transaction,
            "shouldExecute" => &mut settings.executes,
            "placeholderReplacement" => &mut settings.replaces_placeholders,
            "encoding" if matches!(value.as_str(), "utf-8" | "utf8" | "us-ascii") => continue,
            _ => {
                reader.problems.push(FolderProblem::BadSettings {
                    place: source.place(line.start),
                    why: format!("`{text}` is not a setting that can be followed here"),
                });
                continue;
            }
        };
        match value.as_str() {
            "true" => *setting = true,
            "false" => *setting = false,
            _ => reader.problems.push(FolderProblem::BadSettings {
                place: source.place(line.start),
                why: format!("`{}` is `true` or `false`", key.trim()),
            }),
        }
    }
    settings
}

#[cfg(test)]
mod tests {
    use crate::{
        FolderConfig, Format, Mode,
        folder::tests::{codes, read, read_with, statements, versions},
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
    fn placeholders_take_the_values_given() {
        let mut config = FolderConfig::default();
        config.variables.insert("schema".into(), "app".into());
        let text = "CREATE TABLE ${schema}.t (a int);\nSELECT '${nope}', $$x$$;";
        let files = [("V1__a.sql", text)];
        let problems = read_with(Format::Flyway, &files, &config).unwrap_err();
        assert_eq!(codes(&problems), ["migration/missing-variable"]);
        config.variables.insert("nope".into(), String::new());
        let read = read_with(Format::Flyway, &files, &config).unwrap();
        assert_eq!(
            statements(&read.items[0].up),
            ["CREATE TABLE app.t (a int)", "SELECT '', $$x$$"]
        );
    }

    #[test]
    fn settings_beside_a_file_are_followed() {
        let with = |conf: &str| {
            let files = [
                ("V1__a.sql", "SELECT 1;"),
                ("V2__b.sql", "SELECT '${x}';"),
                ("V2__b.sql.conf", conf),
            ];
            read(Format::Flyway, &files)
        };
        let run = with("# why\nexecuteInTransaction = false\nplaceholderReplacement=false\nencoding=UTF-8")
            .unwrap();
        let reason = "`executeInTransaction=false`".to_owned();
        assert_eq!(run.items[1].up.mode, Mode::NonTransactional { reason });
        assert_eq!(statements(&run.items[1].up), ["SELECT '${x}'"]);
        let skipped = with("shouldExecute=false").unwrap();
        assert_eq!((skipped.items.len(), skipped.skipped.len()), (1, 1));
        let problems = with("placeholderReplacement=false\nshouldExecute=${x}==y\nencoding=latin1\nother=1")
            .unwrap_err();
        assert_eq!(codes(&problems), ["migration/bad-settings"; 3]);
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
