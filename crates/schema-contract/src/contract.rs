//! Contract files: a snapshot in the file format of `insta`, so that `cargo insta review` works on them.

use std::{
    io,
    path::{Path, PathBuf},
};

use diagnostic::{ReadError, SizeLimit, read_text};

use crate::{Error, Snapshot, diff, text};

/// Reads a contract.
///
/// # Errors
///
/// [`Error::Missing`] if there is no such file, [`Error::Io`] if it cannot be read, [`Error::Unreadable`] with the
/// line if it holds something that is no fact.
pub fn read(path: &Path) -> Result<Snapshot, Error> {
    let shown = path.display().to_string();
    let file = read_text(path, SizeLimit::DEFAULT).map_err(|error| match error {
        ReadError::Io(error) if error.kind() == io::ErrorKind::NotFound => {
            Error::Missing { path: shown.clone() }
        }
        _ => Error::Io {
            path: shown.clone(),
            source: error.into(),
        },
    })?;
    from_file_text(&file, &shown)
}

/// Reads the text of a contract file; `file` is what errors call it.
///
/// # Errors
///
/// [`Error::Unreadable`] with the line if it holds something that is no fact.
pub fn from_file_text(file_text: &str, file: &str) -> Result<Snapshot, Error> {
    let (header_lines, body) = split_header(file_text);
    text::parse(body, header_lines + 1)
        .map(|(facts, edition)| Snapshot::of_edition(facts, edition))
        .map_err(|bad| Error::unreadable(Some(file), body, header_lines + 1, &bad))
}

/// The text of a contract file, header and all.
pub fn to_file_text(snapshot: &Snapshot, component: &str) -> String {
    format!(
        "---\nsource: db-fresh\nexpression: schema of {component}\n---\n{}",
        snapshot.to_text()
    )
}

/// Writes a contract. One that waits for a review goes.
///
/// # Errors
///
/// [`Error::Io`] if it cannot be written.
pub fn write(path: &Path, snapshot: &Snapshot, component: &str) -> Result<(), Error> {
    put(path, snapshot, component)?;
    forget_pending(path)
}

/// Writes what a contract would be beside it, where `cargo insta review` finds it and accepts or rejects it.
///
/// # Errors
///
/// [`Error::Io`] if it cannot be written.
pub fn propose(path: &Path, snapshot: &Snapshot, component: &str) -> Result<(), Error> {
    put(&pending(path), snapshot, component)
}

/// Removes what waits for a review of this contract, if anything does.
///
/// # Errors
///
/// [`Error::Io`] if it cannot be removed.
pub fn forget_pending(path: &Path) -> Result<(), Error> {
    let path = pending(path);
    match std::fs::remove_file(&path) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => Err(inaccessible(&path, source)),
        _ => Ok(()),
    }
}

/// The file that `insta` looks for: the name of the contract and `.new`.
fn pending(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".new");
    PathBuf::from(name)
}

fn put(path: &Path, snapshot: &Snapshot, component: &str) -> Result<(), Error> {
    std::fs::write(path, to_file_text(snapshot, component)).map_err(|source| inaccessible(path, source))
}

fn inaccessible(path: &Path, source: io::Error) -> Error {
    Error::Io {
        path: path.display().to_string(),
        source,
    }
}

/// Compares a schema with its contract. `path` is the contract's file, for the error.
///
/// # Errors
///
/// [`Error::Broken`] with all that differs.
pub fn check(
    expected: &Snapshot,
    actual: &Snapshot,
    component: &str,
    path: Option<&Path>,
) -> Result<(), Error> {
    let diff = diff(expected, actual);
    if diff.is_empty() {
        return Ok(());
    }
    Err(Error::Broken {
        component: component.to_owned(),
        path: path.map(|path| path.display().to_string()),
        diff: Box::new(diff),
    })
}

/// The number of lines of the header between two `---`, and what follows it.
fn split_header(file: &str) -> (usize, &str) {
    let mut lines = file.split_inclusive('\n');
    if lines.next().map(str::trim_end) != Some("---") {
        return (0, file);
    }
    let (mut count, mut length) = (1, file.split_inclusive('\n').next().map_or(0, str::len));
    for line in lines {
        count += 1;
        length += line.len();
        if line.trim_end() == "---" {
            return (count, &file[length..]);
        }
    }
    (0, file)
}

#[cfg(test)]
mod tests {
    use diagnostic::{Diagnostic, Explain, Paint, render};

    use super::*;

    fn snapshot() -> Snapshot {
        Snapshot::parse("table app.users / columns = id\nenum app.mood / labels = 'ok'\n").unwrap()
    }

    #[test]
    fn a_contract_reads_back_as_what_was_written() {
        let file = to_file_text(&snapshot(), "operational");
        assert!(
            file.starts_with("---\n") && file.ends_with("columns = id\n"),
            "{file}"
        );
        assert_eq!(from_file_text(&file, "a.snap").unwrap(), snapshot());
        assert_eq!(
            from_file_text(&file.replace('\n', "\r\n"), "a.snap").unwrap(),
            snapshot()
        );
    }

    #[test]
    fn a_line_that_is_no_fact_is_shown() {
        let file = to_file_text(&snapshot(), "operational") + "nonsense\n";
        let error = from_file_text(&file, "migrations/a.contract.snap").unwrap_err();
        assert_eq!(error.code(), "contract/unreadable");
        let place = error.place().unwrap();
        assert_eq!(place.line, Some(file.lines().count()));
        assert_eq!(place.source.unwrap().text, "nonsense");
    }

    #[test]
    fn a_contract_that_is_not_there_says_how_to_write_it() {
        let error = read(Path::new("no/such.contract.snap")).unwrap_err();
        assert_eq!(error.code(), "contract/missing");
        assert_eq!(error.hints(), ["write it from a fresh database and commit it"]);
    }

    #[test]
    fn a_broken_contract_shows_what_differs() {
        let actual = Snapshot::parse("table app.users / columns = id, name\n").unwrap();
        let path = Path::new("migrations/operational.contract.snap");
        let error = check(&snapshot(), &actual, "operational", Some(path)).unwrap_err();
        insta::assert_snapshot!(render(&Diagnostic::of(&error), Paint::Plain));
        assert!(check(&snapshot(), &snapshot(), "operational", None).is_ok());
    }
}
