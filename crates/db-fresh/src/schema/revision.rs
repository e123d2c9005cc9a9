//! Files as they were at a revision of a git repository, without touching its work tree, its index or its branches.
//!
//! Left out on purpose: filters and line-end conversion. The bytes are those of the repository, as a checksum wants them.

use std::{
    collections::BTreeSet,
    fs,
    io::Write,
    path::{Component, Path, PathBuf},
    process::{Command, Stdio},
};

use tempfile::TempDir;

use super::problem::SchemaProblem;
use crate::error::Error;

/// A revision of the repository that a folder belongs to.
pub(crate) struct Revision<'r> {
    folder: &'r Path,
    name: &'r str,
    commit: String,
}

impl<'r> Revision<'r> {
    /// Finds the commit that the name stands for.
    pub(crate) fn find(folder: &'r Path, name: &'r str) -> Result<Self, Error> {
        // With `^{commit}` git takes nothing else, and after `--end-of-options` no name for a flag.
        let wanted = format!("{name}^{{commit}}");
        let arguments = ["rev-parse", "--verify", "--quiet", "--end-of-options", &wanted];
        let found = git(folder, &arguments, &[])?;
        let commit = String::from_utf8_lossy(&found.unwrap_or_default())
            .trim()
            .to_owned();
        if commit.is_empty() {
            let (name, folder) = (name.to_owned(), folder.display().to_string());
            return Err(SchemaProblem::NoRevision { name, folder }.into());
        }
        Ok(Self { folder, name, commit })
    }

    /// The text of a file, if the revision has it.
    pub(crate) fn text(&self, path: &Path) -> Result<Option<String>, Error> {
        // A path from the folder, not from the top of the repository.
        let object = format!("{}:./{}", self.commit, path.display());
        let bytes = git(self.folder, &["cat-file", "blob", &object], &[])?;
        Ok(bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()))
    }

    /// The files below the folder, by their paths from there.
    pub(crate) fn names(&self) -> Result<BTreeSet<PathBuf>, Error> {
        let listed = git(
            self.folder,
            &["ls-tree", "-r", "-z", "--name-only", &self.commit],
            &[],
        )?;
        let listed = String::from_utf8_lossy(&listed.unwrap_or_default()).into_owned();
        let names = listed.split('\0').filter(|name| !name.is_empty());
        Ok(names.map(PathBuf::from).collect())
    }

    /// Writes what lies below these paths into a folder of its own, which is gone with the value.
    pub(crate) fn extract(&self, paths: &[&Path]) -> Result<TempDir, Error> {
        let into = tempfile::tempdir().map_err(|error| self.not_extracted(error))?;
        let mut arguments: Vec<String> = ["ls-tree", "-r", "-z", &self.commit, "--"]
            .map(str::to_owned)
            .to_vec();
        arguments.extend(paths.iter().map(|path| path.display().to_string()));
        let listed = git(self.folder, &arguments, &[])?.unwrap_or_default();
        let listed = String::from_utf8_lossy(&listed).into_owned();
        let files: Vec<(&str, &str)> = listed.split('\0').filter_map(blob).collect();
        let wanted: String = files.iter().map(|(object, _)| format!("{object}\n")).collect();
        let contents = git(self.folder, &["cat-file", "--batch"], wanted.as_bytes())?.unwrap_or_default();
        let mut rest = contents.as_slice();
        for (_, path) in files {
            let path = Path::new(path);
            let Some(bytes) = next(&mut rest) else {
                return Err(self.unreadable(path));
            };
            // A path out of the folder would write over somebody's files.
            if path
                .components()
                .any(|part| !matches!(part, Component::Normal(_)))
            {
                return Err(self.unreadable(path));
            }
            let target = into.path().join(path);
            let written = fs::create_dir_all(target.parent().unwrap_or(into.path()))
                .and_then(|()| fs::write(&target, bytes));
            written.map_err(|error| self.not_extracted(error))?;
        }
        Ok(into)
    }

    fn not_extracted(&self, error: std::io::Error) -> Error {
        Error::system(
            format!("cannot write the files of revision `{}`", self.name),
            error,
        )
    }

    fn unreadable(&self, path: &Path) -> Error {
        let (path, revision) = (path.display().to_string(), self.name.to_owned());
        SchemaProblem::UnreadableRevision { path, revision }.into()
    }
}

/// Object and path of a line such as `100644 blob 3f… path`; links and submodules are no files.
fn blob(line: &str) -> Option<(&str, &str)> {
    let (about, path) = line.split_once('\t')?;
    let mut words = about.split(' ');
    let (mode, kind, object) = (words.next()?, words.next()?, words.next()?);
    (kind == "blob" && mode.starts_with("100")).then_some((object, path))
}

/// The next object of what `git cat-file --batch` wrote: `3f… blob 12`, a line end, twelve bytes, a line end.
fn next<'b>(rest: &mut &'b [u8]) -> Option<&'b [u8]> {
    let end = rest.iter().position(|byte| *byte == b'\n')?;
    let header = std::str::from_utf8(&rest[..end]).ok()?;
    let size: usize = header.rsplit_once(' ')?.1.parse().ok()?;
    let bytes = rest.get(end + 1..end + 1 + size)?;
    *rest = rest.get(end + 2 + size..)?;
    Some(bytes)
}

/// What git writes to stdout; nothing where it fails, which is how it says that something is not there.
fn git<S: AsRef<std::ffi::OsStr>>(
    folder: &Path,
    arguments: &[S],
    input: &[u8],
) -> Result<Option<Vec<u8>>, Error> {
    let mut command = Command::new("git");
    command.arg("-C").arg(folder).args(arguments);
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    let mut child = command.spawn().map_err(SchemaProblem::NoGit)?;
    let stdin = child.stdin.take();
    let output = std::thread::scope(|scope| {
        // Beside the reading: git answers while it is asked, and both pipes are short.
        scope.spawn(move || stdin.map(|mut stdin| stdin.write_all(input)));
        child.wait_with_output()
    });
    let output = output.map_err(SchemaProblem::NoGit)?;
    Ok(output.status.success().then_some(output.stdout))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_of_a_batch_are_told_apart_whatever_they_hold() {
        let mut rest: &[u8] = b"aa blob 3\na\nb\nbb blob 0\n\ncc missing\n";
        assert_eq!(next(&mut rest), Some(&b"a\nb"[..]));
        assert_eq!(next(&mut rest), Some(&b""[..]));
        assert_eq!(next(&mut rest), None);
    }

    #[test]
    fn links_and_submodules_are_no_files() {
        assert_eq!(blob("100644 blob aa\tm/1 a.sql"), Some(("aa", "m/1 a.sql")));
        assert_eq!(blob("120000 blob aa\tlink"), None);
        assert_eq!(blob("160000 commit aa\tsub"), None);
    }
}
