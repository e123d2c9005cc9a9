//! Every Rust file of the repository: that it says what it is for, and how long files are.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::Context as _;

/// A file, as far as it is looked at here.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct RustFile {
    pub(super) path: PathBuf,
    pub(super) lines: usize,
    pub(super) has_purpose: bool,
}

/// The Rust files under a folder, with paths relative to it. Build output and what is hidden are left out.
pub(super) fn under(root: &Path) -> anyhow::Result<Vec<RustFile>> {
    let (mut found, mut open) = (Vec::new(), vec![root.to_owned()]);
    while let Some(folder) = open.pop() {
        let failed = || format!("cannot read `{}`", folder.display());
        for entry in fs::read_dir(&folder).with_context(failed)? {
            let entry = entry.with_context(failed)?;
            let (path, name) = (entry.path(), entry.file_name());
            let is_left_out = name == "target" || name.to_string_lossy().starts_with('.');
            if entry.file_type().with_context(failed)?.is_dir() {
                if !is_left_out {
                    open.push(path);
                }
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text =
                    fs::read_to_string(&path).with_context(|| format!("cannot read `{}`", path.display()))?;
                found.push(RustFile {
                    path: path.strip_prefix(root).unwrap_or(&path).to_owned(),
                    lines: text.lines().count(),
                    has_purpose: text.starts_with("//! "),
                });
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(found)
}

/// The median and the 90th percentile of lines a file: the least number that so many of the files do not exceed.
pub(super) fn lengths(files: &[RustFile]) -> (usize, usize) {
    let mut lines: Vec<_> = files.iter().map(|file| file.lines).collect();
    lines.sort_unstable();
    let rank = |percent: usize| {
        lines
            .get((lines.len() * percent).div_ceil(100).saturating_sub(1))
            .copied()
            .unwrap_or(0)
    };
    (rank(50), rank(90))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_of_the_files_are_no_longer_than_the_median() {
        let files: Vec<_> = [10, 30, 20, 50, 40, 60, 70, 80, 90, 100]
            .map(|lines| RustFile {
                path: PathBuf::new(),
                lines,
                has_purpose: true,
            })
            .into();
        assert_eq!(lengths(&files), (50, 90));
        assert_eq!(lengths(&files[..1]), (10, 10));
        assert_eq!(lengths(&[]), (0, 0));
    }
}
