//! What the tests of the formats share: reading a few files given as text, and what came of it.

use std::path::PathBuf;

use diagnostic::Explain;

use crate::{FolderConfig, FolderProblem, FolderProblems, Format, Migrations, Script};

pub(crate) fn read(format: Format, files: &[(&str, &str)]) -> Result<Migrations, FolderProblems> {
    read_with(format, files, &FolderConfig::default())
}

pub(crate) fn read_with(
    format: Format,
    files: &[(&str, &str)],
    config: &FolderConfig,
) -> Result<Migrations, FolderProblems> {
    Migrations::from_files("app", owned(files), Some(format), config)
}

pub(crate) fn detected(files: &[(&str, &str)]) -> Result<Format, FolderProblems> {
    let read = Migrations::from_files("app", owned(files), None, &FolderConfig::default());
    read.map(|read| read.format)
}

fn owned(files: &[(&str, &str)]) -> Vec<(PathBuf, Vec<u8>)> {
    let files = files.iter();
    files
        .map(|(path, text)| (path.into(), text.as_bytes().to_vec()))
        .collect()
}

pub(crate) fn versions(read: &Migrations) -> Vec<String> {
    read.items.iter().map(|item| item.version.to_string()).collect()
}

pub(crate) fn codes(problems: &FolderProblems) -> Vec<&'static str> {
    codes_of(&problems.0)
}

pub(crate) fn codes_of(problems: &[FolderProblem]) -> Vec<&'static str> {
    problems.iter().map(Explain::code).collect()
}

pub(crate) fn statements(script: &Script) -> Vec<&str> {
    let ranges = script.statements.iter();
    ranges.map(|range| &script.sql[range.start..range.end]).collect()
}
