//! One thing that keeps a folder of migrations from being run, found before anything runs.
//!
//! Out of scope: what only a database can say, which is the engine's error.

use std::path::{Path, PathBuf};

use diagnostic::{Explain, Fact, Place, ReadError};
use thiserror::Error;

use super::script::remedy;
use crate::Format;

/// One thing that keeps a folder of migrations from being run.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum FolderProblem {
    /// The folder is not there.
    #[error("there is no folder `{}`", dir.display())]
    NoSuchFolder {
        /// As it was asked for.
        dir: PathBuf,
        /// Folders close by that hold SQL files.
        near: Vec<PathBuf>,
    },
    /// In the place of the folder is something else.
    #[error("`{}` is not a folder", path.display())]
    NotAFolder {
        /// As it was asked for.
        path: PathBuf,
    },
    /// A file or folder could not be read.
    #[error("cannot read `{}`", path.display())]
    Unreadable {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// There is no migration in the folder.
    #[error("there are no migrations in `{}`", dir.display())]
    EmptyFolder {
        /// The folder.
        dir: PathBuf,
        /// The names that were looked for.
        looked_for: String,
        /// Folders close by that hold SQL files.
        near: Vec<PathBuf>,
    },
    /// A file looks like SQL but has no name that the format knows.
    #[error("`{}` is not named like a migration", file.display())]
    UnknownFile {
        /// The file.
        file: PathBuf,
        /// The format it was read as.
        format: Format,
        /// What names the format knows, or what else is wrong with it.
        expected: String,
    },
    /// Two files have the same version.
    #[error("`{}` and `{}` have the same version, {version}", first.display(), second.display())]
    DuplicateVersion {
        /// The version.
        version: String,
        /// The one that would come first.
        first: PathBuf,
        /// The other one.
        second: PathBuf,
    },
    /// The folder could be of several formats, and they would not do the same.
    #[error("`{}` could be of several formats: {}", dir.display(), list(candidates))]
    AmbiguousFormat {
        /// The folder.
        dir: PathBuf,
        /// The formats, each with what speaks for it.
        candidates: Vec<(Format, String)>,
    },
    /// A file is not UTF-8.
    #[error("`{}` is not UTF-8", file.display())]
    NotUtf8 {
        /// The file.
        file: PathBuf,
        /// The offset of the first byte that is wrong, counted from 0.
        offset: usize,
        /// Its line, counted from 1.
        line: usize,
        /// What the text seems to be instead.
        seems: Option<&'static str>,
    },
    /// A file holds a NUL byte, which no server takes.
    #[error("`{}` holds a NUL byte", place.file)]
    NulByte {
        /// Where it is.
        place: Place,
    },
    /// A command of psql stands in the SQL.
    #[error("`{command}` is a command of psql, not SQL")]
    PsqlCommand {
        /// Where it is.
        place: Place,
        /// The command, such as `\connect`.
        command: String,
    },
    /// `COPY … FROM stdin` with its data in the file.
    #[error("`COPY … FROM stdin` takes its data from psql, not from the file")]
    CopyData {
        /// Where it is.
        place: Place,
    },
    /// `COPY … TO stdout`, which sends its rows to the client.
    #[error("`COPY … TO stdout` sends its rows to psql")]
    CopyToClient {
        /// Where it is.
        place: Place,
    },
    /// A quote or comment that nothing closes.
    #[error("the {what} that begins here is never closed")]
    Unterminated {
        /// Where it begins.
        place: Place,
        /// `string`, `comment` and the like.
        what: &'static str,
    },
    /// A transaction that the file opens and does not end.
    #[error("the transaction that begins here is never ended")]
    OpenTransaction {
        /// Where it begins.
        place: Place,
    },
    /// Something that only its own tool can run.
    #[error("`{}` cannot be run: {what}", place.file)]
    CannotRun {
        /// Where it is.
        place: Place,
        /// What it is.
        what: String,
    },
    /// A string whose end moves with a setting that the script turns off.
    #[error("`{}` cannot be run: it turns `standard_conforming_strings` off, and a string after that has a backslash", place.file)]
    BackslashInString {
        /// Where the setting is turned off.
        place: Place,
    },
    /// A program that is named like a migration, in a folder whose format nothing says.
    #[error("`{}` is named like a migration and is a program", file.display())]
    Program {
        /// The program.
        file: PathBuf,
    },
    /// A statement that has to be a message of its own, in a file that its tool sends as one.
    #[error(
        "`{statement}` is beside other statements, and {format} sends them as one message, in which it fails"
    )]
    NotAlone {
        /// Where it is.
        place: Place,
        /// The kind of statement, such as `CREATE INDEX CONCURRENTLY`.
        statement: String,
        /// The format.
        format: Format,
    },
    /// A down script that undoes nothing.
    #[error("`{}` has no up script beside it", file.display())]
    DownWithoutUp {
        /// The down script.
        file: PathBuf,
        /// The up script it would belong to.
        expected: String,
    },
    /// A placeholder without a value.
    #[error("there is no value for `{name}`")]
    MissingVariable {
        /// The format whose placeholder it is.
        format: Format,
        /// Where it is used.
        place: Place,
        /// Its name.
        name: String,
        /// Names that have values.
        known: Vec<String>,
    },
    /// A directive that nobody understands, or one in the wrong place.
    #[error("{what}")]
    BadDirective {
        /// Where it is.
        place: Place,
        /// What is wrong with it.
        what: String,
        /// What may have been meant.
        nearest: Option<String>,
    },
    /// A marker of another format, in a file that is read as a format without markers.
    #[error("this file is one of {of}, and is read as {read_as}")]
    ForeignMarker {
        /// Where it is.
        place: Place,
        /// The format that has this marker.
        of: Format,
        /// The format that the file is read as.
        read_as: Format,
    },
    /// A comment that announces the way down, between statements that would all run going up.
    #[error("a comment announces the way down, and what follows it would run going up")]
    Divided {
        /// Where the comment is.
        place: Place,
    },
    /// A number is missing in a format that counts without gaps.
    #[error("there is no migration {missing}, but `{}`", next.display())]
    Gap {
        /// The number that is missing.
        missing: u128,
        /// The file behind the gap.
        next: PathBuf,
    },
    /// A file beside a migration, such as `metadata.toml`, could not be understood.
    #[error("`{}` cannot be understood", place.file)]
    BadSettings {
        /// Where it is.
        place: Place,
        /// What is wrong with it.
        why: String,
    },
}

fn list(candidates: &[(Format, String)]) -> String {
    let names: Vec<String> = candidates.iter().map(|(format, _)| format.to_string()).collect();
    names.join(", ")
}

fn is_too_large(error: &std::io::Error) -> bool {
    matches!(ReadError::of(error), Some(ReadError::TooLarge { .. }))
}

fn file(path: &Path) -> Place {
    Place::file(path.display().to_string())
}

impl Explain for FolderProblem {
    fn code(&self) -> &'static str {
        match self {
            Self::NoSuchFolder { .. } | Self::NotAFolder { .. } => "migration/no-such-folder",
            Self::Unreadable { .. } => "migration/unreadable",
            Self::EmptyFolder { .. } => "migration/empty-folder",
            Self::UnknownFile { .. } => "migration/unknown-file",
            Self::DuplicateVersion { .. } => "migration/duplicate-version",
            Self::AmbiguousFormat { .. } => "migration/ambiguous-format",
            Self::NotUtf8 { .. } => "migration/not-utf-8",
            Self::NulByte { .. } => "migration/nul-byte",
            Self::PsqlCommand { .. } => "migration/psql-command",
            Self::CopyData { .. } => "migration/copy-data",
            Self::CopyToClient { .. } => "migration/copy-to-client",
            Self::Unterminated { .. } => "migration/unterminated",
            Self::OpenTransaction { .. } => "migration/open-transaction",
            Self::CannotRun { .. }
            | Self::BackslashInString { .. }
            | Self::NotAlone { .. }
            | Self::Program { .. } => "migration/cannot-run",
            Self::DownWithoutUp { .. } => "migration/down-without-up",
            Self::MissingVariable { .. } => "migration/missing-variable",
            Self::BadDirective { .. } | Self::ForeignMarker { .. } | Self::Divided { .. } => {
                "migration/bad-directive"
            }
            Self::Gap { .. } => "migration/gap",
            Self::BadSettings { .. } => "migration/bad-settings",
        }
    }

    fn place(&self) -> Option<Place> {
        match self {
            Self::NoSuchFolder { .. } | Self::EmptyFolder { .. } | Self::AmbiguousFormat { .. } => None,
            Self::Unreadable { path, .. } | Self::NotAFolder { path } => Some(file(path)),
            Self::UnknownFile { file: path, .. }
            | Self::DuplicateVersion { second: path, .. }
            | Self::DownWithoutUp { file: path, .. }
            | Self::Program { file: path }
            | Self::Gap { next: path, .. } => Some(file(path)),
            Self::NotUtf8 { file: path, line, .. } => Some(Place {
                line: Some(*line),
                ..file(path)
            }),
            Self::NulByte { place }
            | Self::PsqlCommand { place, .. }
            | Self::CopyData { place }
            | Self::CopyToClient { place }
            | Self::Unterminated { place, .. }
            | Self::OpenTransaction { place }
            | Self::CannotRun { place, .. }
            | Self::BackslashInString { place }
            | Self::NotAlone { place, .. }
            | Self::MissingVariable { place, .. }
            | Self::BadDirective { place, .. }
            | Self::ForeignMarker { place, .. }
            | Self::Divided { place }
            | Self::BadSettings { place, .. } => Some(place.clone()),
        }
    }

    fn facts(&self) -> Vec<Fact> {
        match self {
            Self::EmptyFolder { looked_for, .. } => vec![Fact::new("looked for", looked_for)],
            Self::UnknownFile { format, expected, .. } => {
                vec![
                    Fact::new("format", format.to_string()),
                    Fact::new("expected", expected),
                ]
            }
            Self::AmbiguousFormat { candidates, .. } => candidates
                .iter()
                .map(|(format, because)| Fact::new(format.to_string(), because))
                .collect(),
            Self::NotUtf8 { offset, .. } => vec![Fact::new("offset", format!("byte {offset}"))],
            Self::DownWithoutUp { expected, .. } => vec![Fact::new("expected", expected)],
            Self::MissingVariable { known, .. } if !known.is_empty() => {
                vec![Fact::new("known", known.join(", "))]
            }
            Self::BadSettings { why, .. } => vec![Fact::new("reason", why)],
            _ => Vec::new(),
        }
    }

    fn why(&self) -> Option<String> {
        let why = match self {
            Self::UnknownFile { .. } => {
                "a file that is passed over in silence is a change that never arrives"
            }
            Self::DuplicateVersion { .. } => "nothing would say which of them runs first",
            Self::AmbiguousFormat { .. } => "the formats would run these files differently",
            Self::NotUtf8 { .. } => "migrations are sent to the server as UTF-8",
            Self::NulByte { .. } => {
                "the protocol ends a text at its first NUL byte, so the rest would be lost"
            }
            Self::PsqlCommand { .. } | Self::CopyData { .. } | Self::CopyToClient { .. } => {
                "migrations are sent to the server itself; psql is not in between"
            }
            Self::Unterminated { .. } => "everything behind it would be part of it",
            Self::OpenTransaction { .. } => "it would be rolled back when the connection ends",
            Self::NotAlone { .. } => "the server runs the statements of one message in one transaction",
            Self::DownWithoutUp { .. } => "there is nothing that it could undo",
            Self::Program { .. } => "a migration that is left out is a change that never arrives",
            Self::Divided { .. } => "this format has no markers: it runs the whole file",
            Self::Gap { .. } => "this format numbers its files from 1 without gaps",
            _ => return None,
        };
        Some(why.to_owned())
    }

    fn hints(&self) -> Vec<String> {
        let hint = match self {
            Self::NoSuchFolder { near, .. } | Self::EmptyFolder { near, .. } => {
                return near
                    .iter()
                    .map(|dir| format!("there are SQL files in `{}`; use that folder", dir.display()))
                    .collect();
            }
            Self::NotAFolder { .. } => "name the folder that holds the migrations".to_owned(),
            Self::UnknownFile { file, .. } => format!(
                "rename `{}` as expected, or move it out of the folder",
                file.display()
            ),
            Self::DuplicateVersion { second, .. } => format!(
                "give `{}` a version of its own, unless it was applied anywhere",
                second.display()
            ),
            Self::NotUtf8 {
                seems: Some(seems), ..
            } => format!("the file seems to be {seems}; save it as UTF-8"),
            Self::NotUtf8 { .. } => "save the file as UTF-8".to_owned(),
            Self::PsqlCommand { command, .. } => remedy(command).to_owned(),
            Self::CopyData { .. } => {
                "write the rows as `INSERT` (`pg_dump --inserts` does), or make them a seed".to_owned()
            }
            Self::Unreadable { source, .. } if is_too_large(source) => {
                "raise the limit of size, or load the data in another way".to_owned()
            }
            Self::CopyToClient { .. } => {
                "remove it, or write the rows into a table: `INSERT INTO … SELECT`".to_owned()
            }
            Self::NotAlone { .. } => "give it a file of its own".to_owned(),
            Self::BackslashInString { .. } => {
                "write such strings as `E'…'` with their backslashes doubled, and leave the setting on".to_owned()
            }
            Self::CannotRun { .. } => "write it as SQL, or run this folder with its own tool".to_owned(),
            Self::Program { .. } => {
                "run this folder with its own tool; where the file is no migration, say which format the folder has, or move it".to_owned()
            }
            Self::Divided { .. } => {
                "move what undoes it into a down script, or say in the comment what it does".to_owned()
            }
            Self::OpenTransaction { .. } => "remove it: the runner opens a transaction itself".to_owned(),
            Self::BadDirective {
                nearest: Some(nearest),
                ..
            } => format!("did you mean `{nearest}`?"),
            Self::MissingVariable { format: Format::Flyway, .. } => {
                "where it is meant as it stands, set `placeholderReplacement=false` in the `.conf` file beside the script".to_owned()
            }
            _ => return Vec::new(),
        };
        vec![hint]
    }
}
