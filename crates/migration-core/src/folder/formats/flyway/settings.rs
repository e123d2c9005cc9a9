//! What the `.conf` file beside a script says.
//!
//! Out of scope: settings that are expressions.

use super::project::Project;
use crate::{
    FolderProblem,
    folder::{reader::Reader, source::RawFile},
};

/// What the `.conf` file beside a script says.
#[derive(Debug, Clone, Copy)]
pub(super) struct Settings {
    pub(super) in_transaction: bool,
    pub(super) executes: bool,
    pub(super) replaces_placeholders: bool,
}

pub(super) fn settings(reader: &mut Reader<'_>, project: &Project, file: &RawFile) -> Settings {
    let mut settings = Settings {
        in_transaction: true,
        executes: true,
        replaces_placeholders: project.replaces_placeholders,
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
                reader.note(&source, || FolderProblem::BadSettings {
                    place: source.place(line.start),
                    why: format!("`{text}` is not a setting that can be followed here"),
                });
                continue;
            }
        };
        match value.as_str() {
            "true" => *setting = true,
            "false" => *setting = false,
            _ => reader.note(&source, || FolderProblem::BadSettings {
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
        Format, Mode,
        folder::tests::{codes, read, statements},
    };

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
}
