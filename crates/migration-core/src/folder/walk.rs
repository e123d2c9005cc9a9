//! Listing and reading the files of a folder, and of the folders below it.
//!
//! Left out on purpose: what the files mean. Hidden files and folders are passed over, as every tool does.

use std::{
    collections::BTreeSet,
    fs, io,
    num::NonZeroUsize,
    panic,
    path::{Path, PathBuf},
    thread,
};

use diagnostic::{ReadError, SizeLimit, read_file};

use super::source::{FileKind, RawFile};
use crate::FolderProblem;

/// No folder of migrations is known that nests deeper, and a folder given by mistake may be a whole disk.
const DEPTH: usize = 8;

/// Folders of scripts that undo or test something, which are not to be taken for migrations.
const NO_MIGRATIONS: [&str; 6] = ["down", "revert", "rollback", "undo", "verify", "test"];

/// A thread costs about as much as a few files.
const LEAST_SHARE: usize = 250;
const MOST_THREADS: usize = 4;

/// What a folder holds that may concern somebody.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) files: Vec<RawFile>,
    /// Folders that are not read, because they lie too deep.
    pub(super) too_deep: Vec<PathBuf>,
    /// Down scripts that cannot be read.
    pub(super) down_problems: Vec<FolderProblem>,
}

/// Reads the files of a folder that may concern somebody.
pub(super) fn read(dir: &Path, limit: SizeLimit) -> Result<Found, Vec<FolderProblem>> {
    if dir.exists() && !dir.is_dir() {
        return Err(vec![FolderProblem::NotAFolder { path: dir.to_owned() }]);
    }
    if !dir.is_dir() {
        return Err(vec![FolderProblem::NoSuchFolder {
            dir: dir.to_owned(),
            near: near(dir, &[]),
        }]);
    }
    let mut walk = Walk {
        dir,
        files: Vec::new(),
        too_deep: Vec::new(),
        problems: Vec::new(),
    };
    walk.folder(Path::new(""), DEPTH);
    let Walk {
        files,
        too_deep,
        mut problems,
        ..
    } = walk;
    let (files, unreadable) = read_all(dir, &files, limit);
    problems.extend(unreadable);
    let (down_problems, problems): (Vec<_>, Vec<_>) = problems.into_iter().partition(is_of_down_script);
    if problems.is_empty() {
        Ok(Found {
            files,
            too_deep,
            down_problems,
        })
    } else {
        Err(problems)
    }
}

/// Whether a problem is one of a file that in every format only undoes something, which is not there or not ours to read. Anything that is no
/// regular file is refused wherever it lies.
fn is_of_down_script(problem: &FolderProblem) -> bool {
    let FolderProblem::Unreadable { path, source } = problem else {
        return false;
    };
    if !matches!(
        source.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::PermissionDenied
    ) {
        return false;
    }
    let name = path
        .file_name()
        .and_then(|name| name.to_str())
        .unwrap_or_default();
    name == "down.sql" || name.ends_with(".down.sql")
}

/// Opening many files takes longer than everything that is done with them after, so that several threads share it.
fn read_all(dir: &Path, files: &[PathBuf], limit: SizeLimit) -> (Vec<RawFile>, Vec<FolderProblem>) {
    let share = match files.len() {
        // Asking how many there may be takes as long as a few files too.
        few @ ..=LEAST_SHARE => few.max(1),
        many => {
            let threads = thread::available_parallelism().map_or(1, NonZeroUsize::get);
            many.div_ceil(threads.min(MOST_THREADS)).max(LEAST_SHARE)
        }
    };
    let read_share = |share: &[PathBuf]| {
        share
            .iter()
            .map(|relative| read_one(dir, relative, limit))
            .collect()
    };
    let read: Vec<Vec<_>> = thread::scope(|scope| {
        let (first, others) = files.split_at(share.min(files.len()));
        let others: Vec<_> = others
            .chunks(share)
            .map(|share| scope.spawn(move || read_share(share)))
            .collect();
        let mut read = vec![read_share(first)];
        read.extend(
            others
                .into_iter()
                .map(|other| other.join().unwrap_or_else(|panic| panic::resume_unwind(panic))),
        );
        read
    });
    let (mut files, mut problems) = (Vec::with_capacity(files.len()), Vec::new());
    for one in read.into_iter().flatten() {
        match one {
            Ok(file) => files.push(file),
            Err(problem) => problems.push(problem),
        }
    }
    (files, problems)
}

fn read_one(dir: &Path, relative: &Path, limit: SizeLimit) -> Result<RawFile, FolderProblem> {
    let path = dir.join(relative);
    if FileKind::of(relative) == FileKind::LookAlike {
        return Ok(RawFile {
            relative: relative.to_owned(),
            bytes: Vec::new(),
        });
    }
    match read_file(&path, limit) {
        Ok(bytes) => Ok(RawFile {
            relative: relative.to_owned(),
            bytes,
        }),
        Err(error) => Err(FolderProblem::Unreadable {
            path,
            source: error.into(),
        }),
    }
}

struct Walk<'a> {
    dir: &'a Path,
    /// Paths below the folder.
    files: Vec<PathBuf>,
    too_deep: Vec<PathBuf>,
    problems: Vec<FolderProblem>,
}

impl Walk<'_> {
    fn folder(&mut self, relative: &Path, depth: usize) {
        let path = self.dir.join(relative);
        let entries = fs::read_dir(&path).and_then(Iterator::collect::<io::Result<Vec<_>>>);
        let entries = match entries {
            Ok(entries) => entries,
            Err(source) => return self.problems.push(FolderProblem::Unreadable { path, source }),
        };
        for entry in entries {
            let name = entry.file_name();
            if name.as_encoded_bytes().starts_with(b".") {
                continue;
            }
            let (relative, path) = (relative.join(name), entry.path());
            if is_folder(&entry, &path) {
                if matches!(FileKind::of(&relative), FileKind::Sql | FileKind::Settings) {
                    let source = ReadError::NotAFile { what: "a folder" }.into();
                    self.problems.push(FolderProblem::Unreadable { path, source });
                } else if depth > 1 {
                    self.folder(&relative, depth - 1);
                } else {
                    self.too_deep.push(relative);
                }
            } else if FileKind::of(&relative) != FileKind::Other {
                self.files.push(relative);
            }
        }
    }
}

/// A link counts as what it leads to. Anything else is known from the listing, without another question to the disk.
fn is_folder(entry: &fs::DirEntry, path: &Path) -> bool {
    match entry.file_type() {
        Ok(kind) if !kind.is_symlink() => kind.is_dir(),
        _ => path.is_dir(),
    }
}

/// Folders close to one without migrations that hold SQL files: those below it, and those beside it.
pub(super) fn near(dir: &Path, files: &[RawFile]) -> Vec<PathBuf> {
    let sql = files
        .iter()
        .filter(|file| file.kind() == FileKind::Sql && !file.is_at_top());
    let below: BTreeSet<PathBuf> = sql
        .map(|file| dir.join(file.parent()))
        .filter(|folder| !is_no_migrations(folder))
        .collect();
    if !below.is_empty() {
        return below.into_iter().take(5).collect();
    }
    let beside = dir.parent().and_then(|parent| fs::read_dir(parent).ok());
    let mut beside: Vec<PathBuf> = beside
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.is_dir() && path != dir && !is_no_migrations(path) && holds_sql(path))
        .collect();
    beside.sort();
    beside.truncate(5);
    beside
}

fn is_no_migrations(folder: &Path) -> bool {
    let name = folder.file_name().and_then(|name| name.to_str());
    name.is_some_and(|name| NO_MIGRATIONS.contains(&name.to_ascii_lowercase().as_str()))
}

fn holds_sql(dir: &Path) -> bool {
    let entries = fs::read_dir(dir).into_iter().flatten().flatten();
    entries
        .map(|entry| entry.path())
        .any(|path| FileKind::of(&path) == FileKind::Sql)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_here(dir: &Path) -> Result<Vec<RawFile>, Vec<FolderProblem>> {
        read(dir, SizeLimit::DEFAULT).map(|found| found.files)
    }

    #[test]
    fn a_missing_folder_is_told_what_lies_beside_it() {
        let root = tempfile::tempdir().unwrap();
        for name in ["operational", "empty"] {
            fs::create_dir(root.path().join(name)).unwrap();
        }
        fs::write(root.path().join("operational/0001_a.sql"), "").unwrap();
        let problems = read_here(&root.path().join("operations")).unwrap_err();
        let [FolderProblem::NoSuchFolder { near, .. }] = problems.as_slice() else {
            panic!("{problems:?}");
        };
        assert_eq!(near, &[root.path().join("operational")]);
    }

    #[test]
    fn a_file_in_the_place_of_the_folder_is_told_as_one() {
        let root = tempfile::tempdir().unwrap();
        let file = root.path().join("1_a.sql");
        fs::write(&file, "").unwrap();
        let problems = read_here(&file).unwrap_err();
        assert!(
            matches!(problems.as_slice(), [FolderProblem::NotAFolder { .. }]),
            "{problems:?}"
        );
    }

    #[test]
    fn hidden_files_and_other_kinds_are_passed_over_and_folders_below_are_read() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir_all(root.path().join("a/b/c/d/e/f/g/h")).unwrap();
        for name in [
            ".hidden.sql",
            "README.md",
            "1_a.SQL",
            "a/up.sql",
            "a/b/c/2.sql",
            "a/b/c/d/e/f/g/h/3.sql",
        ] {
            fs::write(root.path().join(name), "").unwrap();
        }
        let mut found: Vec<_> = read_here(root.path())
            .unwrap()
            .into_iter()
            .map(|file| file.relative)
            .collect();
        found.sort();
        assert_eq!(found, ["1_a.SQL", "a/b/c/2.sql", "a/up.sql"].map(PathBuf::from));
        let deep = read(root.path(), SizeLimit::DEFAULT).unwrap().too_deep;
        assert_eq!(deep, [PathBuf::from("a/b/c/d/e/f/g/h")]);
    }

    #[test]
    fn a_file_that_cannot_be_read_is_a_problem() {
        let root = tempfile::tempdir().unwrap();
        // A link that leads nowhere fails for every user, root included.
        std::os::unix::fs::symlink("nowhere", root.path().join("1_a.sql")).unwrap();
        let problems = read_here(root.path()).unwrap_err();
        assert!(
            matches!(problems.as_slice(), [FolderProblem::Unreadable { .. }]),
            "{problems:?}"
        );
    }

    #[test]
    fn a_down_script_that_cannot_be_read_keeps_nothing_else_from_being_read() {
        let root = tempfile::tempdir().unwrap();
        fs::write(root.path().join("1_a.up.sql"), "").unwrap();
        std::os::unix::fs::symlink("nowhere", root.path().join("1_a.down.sql")).unwrap();
        let found = read(root.path(), SizeLimit::DEFAULT).unwrap();
        assert_eq!((found.files.len(), found.down_problems.len()), (1, 1));
    }

    #[test]
    fn many_files_are_all_read_whoever_reads_them() {
        let root = tempfile::tempdir().unwrap();
        let many = 3 * LEAST_SHARE;
        for number in 0..many {
            fs::write(root.path().join(format!("{number}_a.sql")), number.to_string()).unwrap();
        }
        let files = read_here(root.path()).unwrap();
        assert_eq!(files.len(), many);
        for file in files {
            let number = file.name().split('_').next().unwrap();
            assert_eq!(file.bytes, number.as_bytes());
        }
        std::os::unix::fs::symlink("nowhere", root.path().join("1_b.sql")).unwrap();
        let problems = read_here(root.path()).unwrap_err();
        assert!(
            matches!(problems.as_slice(), [FolderProblem::Unreadable { .. }]),
            "{problems:?}"
        );
    }
}
