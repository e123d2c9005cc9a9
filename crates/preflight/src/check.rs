//! Holds requirements against the machine: variables, folders, files, programs. All failures come at once.
//!
//! Left out on purpose: running the programs that are found, and saying what a variable holds.

use std::{
    env,
    ffi::{OsStr, OsString},
    fs, io,
    path::{Path, PathBuf},
};

use diagnostic::{ReadError, SizeLimit, open_file};
use serde::Serialize;

use crate::{Error, Failure, Requirement};

/// A file that is required is opened and not read.
const ANY_SIZE: SizeLimit = SizeLimit::from_bytes(u64::MAX);

/// What was found in the place of each requirement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Passed {
    /// One line for each requirement, in their order, such as ``variable `DATABASE_URL` ``.
    pub found: Vec<String>,
}

/// Checks all requirements. `look_up` gives the value of an environment variable; programs are looked for in its `PATH`.
///
/// # Errors
///
/// [`Error::Refused`] with everything that is missing.
pub fn check(
    requirements: &[Requirement],
    look_up: &dyn Fn(&str) -> Option<OsString>,
) -> Result<Passed, Error> {
    let mut found = Vec::new();
    let mut failures = Vec::new();
    for requirement in requirements {
        match check_one(requirement, look_up) {
            Ok(line) => found.push(line),
            Err(failure) => failures.push(failure),
        }
    }
    if failures.is_empty() {
        Ok(Passed { found })
    } else {
        Err(Error::Refused { failures })
    }
}

fn check_one(
    requirement: &Requirement,
    look_up: &dyn Fn(&str) -> Option<OsString>,
) -> Result<String, Failure> {
    match requirement {
        Requirement::AnyVariable { names, purpose } => {
            let set = |name: &&String| look_up(name).is_some_and(|value| !value.is_empty());
            match names.iter().find(set) {
                Some(name) => Ok(format!("variable `{name}`")),
                None => {
                    let empty = names
                        .iter()
                        .filter(|name| look_up(name).is_some())
                        .cloned()
                        .collect();
                    Err(Failure::MissingVariable {
                        names: names.clone(),
                        empty,
                        purpose: purpose.clone(),
                    })
                }
            }
        }
        Requirement::Folder { path, purpose } => match fs::read_dir(path) {
            Ok(_) => Ok(format!("folder `{}`", path.display())),
            Err(_) if path.metadata().is_ok_and(|found| !found.is_dir()) => Err(Failure::NotAFolder {
                path: path.clone(),
                purpose: purpose.clone(),
            }),
            Err(error) => Err(Failure::MissingFolder {
                path: path.clone(),
                purpose: purpose.clone(),
                nearest: nearest(path),
                error: error.kind(),
            }),
        },
        Requirement::File { path, purpose } => match open_file(path, ANY_SIZE) {
            Ok(_) => Ok(format!("file `{}`", path.display())),
            Err(ReadError::NotAFile { what }) => Err(Failure::NotAFile {
                path: path.clone(),
                purpose: purpose.clone(),
                what,
            }),
            Err(error) => Err(Failure::MissingFile {
                path: path.clone(),
                purpose: purpose.clone(),
                error: io::Error::from(error).kind(),
            }),
        },
        Requirement::Program {
            names,
            purpose,
            install_hint,
        } => {
            let paths = look_up("PATH").unwrap_or_default();
            match names.iter().find_map(|name| program(name, &paths)) {
                Some(path) => Ok(format!("program `{}`", path.display())),
                None => Err(Failure::MissingProgram {
                    names: names.clone(),
                    purpose: purpose.clone(),
                    install_hint: install_hint.clone(),
                }),
            }
        }
    }
}

/// The last folder on the way there that does exist, so that a typing error is seen where it is.
fn nearest(path: &Path) -> Option<PathBuf> {
    let exists = |folder: &&Path| !folder.as_os_str().is_empty() && folder.is_dir();
    path.ancestors().skip(1).find(exists).map(Path::to_owned)
}

fn program(name: &str, paths: &OsStr) -> Option<PathBuf> {
    if name.contains(['/', '\\']) {
        return Some(PathBuf::from(name)).filter(|path| is_executable(path));
    }
    let file = format!("{name}{}", env::consts::EXE_SUFFIX);
    env::split_paths(paths)
        .map(|folder| folder.join(&file))
        .find(|path| is_executable(path))
}

#[cfg(unix)]
fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(path).is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_executable(path: &Path) -> bool {
    path.is_file()
}

#[cfg(test)]
mod tests {
    use diagnostic::{Explain, Paint, render_all};

    use super::*;

    fn nothing(_: &str) -> Option<OsString> {
        None
    }

    fn codes(error: &Error) -> Vec<&'static str> {
        error
            .diagnostics()
            .iter()
            .map(|diagnostic| diagnostic.code)
            .collect()
    }

    #[test]
    fn any_of_several_variables_is_enough_and_an_empty_one_is_none() {
        let need = [Requirement::any_variable(["FIRST", "SECOND"], "the hash")];
        let only =
            |set: &'static str, value: &'static str| move |name: &str| (name == set).then(|| value.into());
        assert_eq!(
            check(&need, &only("SECOND", "x")).unwrap().found,
            ["variable `SECOND`"]
        );
        let error = check(&need, &only("SECOND", "")).unwrap_err();
        assert_eq!(codes(&error), ["preflight/missing-variable"]);
        assert!(
            error.diagnostics()[0]
                .facts
                .iter()
                .any(|fact| fact.value.contains("`SECOND`"))
        );
    }

    #[cfg(unix)]
    #[test]
    fn programs_are_found_on_the_path_only_when_they_can_be_run() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("tool");
        fs::write(&path, "").unwrap();
        let look_up = |name: &str| (name == "PATH").then(|| dir.path().as_os_str().to_owned());
        let need = [Requirement::program("tool", "the work").installed_by("`apt-get install tool`")];
        assert_eq!(
            codes(&check(&need, &look_up).unwrap_err()),
            ["preflight/missing-program"]
        );
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        assert_eq!(
            check(&need, &look_up).unwrap().found,
            [format!("program `{}`", path.display())]
        );
    }

    #[test]
    fn folders_and_files_are_not_taken_for_each_other() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("file");
        fs::write(&file, "").unwrap();
        check(
            &[
                Requirement::folder(dir.path(), "x"),
                Requirement::file(&file, "x"),
            ],
            &nothing,
        )
        .unwrap();
        let swapped = [
            Requirement::folder(&file, "x"),
            Requirement::file(dir.path(), "x"),
        ];
        let error = check(&swapped, &nothing).unwrap_err();
        assert_eq!(
            codes(&error),
            ["preflight/missing-folder", "preflight/missing-file"]
        );
    }

    #[test]
    fn everything_that_is_missing_is_in_one_report() {
        let need = [
            Requirement::any_variable(
                ["MIGRATION_EMAIL_HASH_KEY", "EMAIL_HASH_KEY"],
                "the hashes of the seeds",
            ),
            Requirement::folder("no/such/migrations", "the migrations of component `operational`"),
            Requirement::file("no/such/file.toml", "the settings"),
            Requirement::program("no-such-program", "the dump").installed_by("`apt-get install it`"),
        ];
        let error = check(&need, &nothing).unwrap_err();
        insta::assert_snapshot!(render_all(&error.diagnostics(), Paint::Plain));
    }
}
