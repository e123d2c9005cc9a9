//! What every format reads with: the files, the settings, and the list of what is wrong.
//!
//! Out of scope: the rules of any one format.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use diagnostic::Explain;

use super::{
    config::{FolderConfig, FolderOrigin},
    look_alike::{self, is_numbered},
    problems::MOST_OF_A_FILE,
    script::{Directives, Draft, directives, sends_whole},
    skipped::Skipped,
    source::{FileKind, RawFile, Source},
};
use crate::{FolderProblem, Format, Migration, Script, Version};

/// A folder that is being read.
pub(super) struct Reader<'a> {
    pub(super) dir: &'a Path,
    pub(super) format: Format,
    pub(super) config: &'a FolderConfig,
    /// Sorted by path.
    pub(super) files: &'a [RawFile],
    pub(super) problems: Vec<FolderProblem>,
    /// How many of the problems are of a file, for those that a file may have thousands of.
    pub(super) noted: BTreeMap<PathBuf, usize>,
    /// What keeps down scripts from being run. The way up does not need them.
    pub(super) down_problems: Vec<FolderProblem>,
    pub(super) skipped: Vec<Skipped>,
}

impl<'a> Reader<'a> {
    /// A path as a person would type it.
    pub(super) fn shown(&self, file: &RawFile) -> PathBuf {
        self.dir.join(&file.relative)
    }

    /// The SQL files of the folder itself. Those of folders below it belong to no flat format, which is noted.
    pub(super) fn sql_at_top(&mut self) -> Vec<&'a RawFile> {
        let mut below: BTreeMap<PathBuf, usize> = BTreeMap::new();
        let mut found = Vec::new();
        for file in self.files.iter().filter(|file| file.kind() == FileKind::Sql) {
            match file.relative.components().next() {
                Some(_) if file.is_at_top() => found.push(file),
                Some(first) => *below.entry(first.as_os_str().into()).or_default() += 1,
                None => {}
            }
        }
        for (folder, count) in below {
            self.skipped.push(Skipped {
                file: self.dir.join(folder),
                why: format!(
                    "a folder below, with {count} SQL files; {} does not look there",
                    self.format
                ),
            });
        }
        found
    }

    /// Notes the SQL files of the folder itself, for formats in which only folders are migrations.
    pub(super) fn skip_at_top(&mut self) {
        for file in self
            .files
            .iter()
            .filter(|file| file.kind() == FileKind::Sql && file.is_at_top())
        {
            self.skipped.push(Skipped {
                file: self.shown(file),
                why: format!(
                    "a file beside the migrations; to {} only folders are migrations",
                    self.format
                ),
            });
        }
    }

    /// Notes files that are named like migrations and that no format reads.
    pub(super) fn skip_look_alikes(&mut self) {
        for file in self.files {
            let why = match file.kind() {
                FileKind::LookAlike => look_alike::reason(&file.relative),
                FileKind::Code if file.is_at_top() && is_program(file) => Some("it is a program".to_owned()),
                _ => None,
            };
            let file = self.shown(file);
            self.skipped.extend(why.map(|why| Skipped { file, why }));
        }
    }

    /// Notes folders that lie too deep to be read.
    pub(super) fn skip_too_deep(&mut self, folders: &[PathBuf]) {
        let skipped = folders.iter().map(|folder| Skipped {
            file: self.dir.join(folder),
            why: "a folder too deep below the migrations".to_owned(),
        });
        self.skipped.extend(skipped);
    }

    /// The file that lies beside another one under this name.
    pub(super) fn beside(&self, file: &RawFile, name: &str) -> Option<&'a RawFile> {
        let path = file.parent().join(name);
        let at = self.files.binary_search_by(|other| other.relative.cmp(&path));
        at.ok().map(|at| &self.files[at])
    }

    /// The text of a file, unless it has none, which is a problem.
    pub(super) fn source(&mut self, file: &RawFile) -> Option<Source> {
        match Source::decode(self.shown(file), &file.bytes) {
            Ok(source) => Some(source),
            Err(problem) => {
                self.problems.push(*problem);
                None
            }
        }
    }

    /// A down script, unless something keeps it from being run. What is wrong with its directives counts for the whole migration.
    pub(super) fn down(&mut self, read: impl FnOnce(&mut Self) -> Option<Down>) -> Option<Down> {
        let before = self.problems.len();
        let down = read(self);
        let found = self.problems.split_off(before);
        let is_directive = |problem: &FolderProblem| matches!(problem, FolderProblem::BadDirective { .. });
        let (of_directives, of_down): (Vec<_>, Vec<_>) = found.into_iter().partition(is_directive);
        self.problems.extend(of_directives);
        let down = down.filter(|_| of_down.is_empty());
        self.down_problems.extend(of_down);
        down
    }

    /// A file looks like a migration and is none.
    pub(super) fn unknown(&mut self, file: &RawFile) {
        let expected = self.format.pattern().to_owned();
        self.unknown_because(file, expected);
    }

    pub(super) fn unknown_because(&mut self, file: &RawFile, expected: String) {
        self.problems.push(FolderProblem::UnknownFile {
            file: self.shown(file),
            format: self.format,
            expected,
        });
    }

    /// A file is named as a down script, in a format whose tool runs every file going up.
    pub(super) fn refuse_down(&mut self, file: &RawFile) {
        let format = self.format;
        self.unknown_because(
            file,
            format!("no file that undoes something: {format} runs it going up"),
        );
    }

    /// A directive of the format means nothing where it stands.
    pub(super) fn bad_directive(&mut self, source: &Source, at: usize, what: impl Into<String>) {
        self.note(source, || FolderProblem::BadDirective {
            place: source.place(at),
            what: what.into(),
            nearest: None,
        });
    }

    /// Notes what is wrong with a line, unless the file has too many such lines already.
    pub(super) fn note(&mut self, source: &Source, problem: impl FnOnce() -> FolderProblem) {
        let noted = self.noted.entry(source.path.clone()).or_default();
        if *noted < MOST_OF_A_FILE {
            *noted += 1;
            self.problems.push(problem());
        }
    }

    /// Something is to be put in for which there is no value.
    pub(super) fn missing_variable(&mut self, source: &Source, at: usize, name: &str) {
        let (config, format) = (self.config, self.format);
        self.note(source, || FolderProblem::MissingVariable {
            format,
            place: source.place(at),
            name: name.to_owned(),
            known: config.variables.keys().cloned().collect(),
        });
    }

    /// A script that undoes something, or a repeatable one's only script.
    pub(super) fn script(&mut self, mut draft: Draft<'_>) -> Down {
        draft.sent_by = self.sent_by(&draft);
        let directives = self.directives(draft.source);
        Down {
            script: draft.finish(&directives, &mut self.problems),
            directives,
        }
    }

    /// The format, where its tool sends a script like this one as one message.
    fn sent_by(&self, draft: &Draft<'_>) -> Option<Format> {
        sends_whole(self.format, draft.no_transaction.as_deref()).then_some(self.format)
    }

    /// What the comments of a file say. A file that has both scripts of a migration is read twice, and reported once.
    fn directives(&mut self, source: &Source) -> Directives {
        let mut problems = Vec::new();
        let mut found = directives(source, &mut problems);
        if self.config.origin == FolderOrigin::Own {
            problems.extend(found.near_misses.drain(..).map(FolderProblem::from));
        }
        problems.retain(|problem| {
            let place = problem.place();
            let is_same = |known: &FolderProblem| known.place() == place && known.code() == problem.code();
            !self.problems.iter().any(is_same)
        });
        self.problems.extend(problems);
        found
    }

    /// A migration whose up script is this draft, under its file's name.
    pub(super) fn migration(&mut self, name: Name, mut draft: Draft<'_>, down: Option<Down>) -> Migration {
        draft.sent_by = self.sent_by(&draft);
        let directives = self.directives(draft.source);
        let up = draft.finish(&directives, &mut self.problems);
        let mut near_misses = directives.near_misses;
        let of_down = down.as_ref().filter(|down| down.script.file != up.file);
        near_misses.extend(
            of_down
                .iter()
                .flat_map(|down| down.directives.near_misses.clone()),
        );
        let down_only = of_down.and_then(|down| down.directives.only.clone());
        Migration {
            version: name.version,
            filename: name.filename,
            description: name.description,
            up,
            down: down.map(|down| down.script),
            only: directives.only,
            down_only,
            near_misses,
        }
    }
}

/// Whether a program is named like a migration and is no test of one.
pub(super) fn is_program(file: &RawFile) -> bool {
    is_numbered(file.name()) && !file.name().ends_with("_test.go")
}

/// A down script with what the comments of its file say.
pub(super) struct Down {
    script: Script,
    directives: Directives,
}

/// What the name of a migration says.
#[derive(Debug, Clone)]
pub(super) struct Name {
    pub(super) version: Version,
    /// What the ledger calls it.
    pub(super) filename: String,
    pub(super) description: String,
}
