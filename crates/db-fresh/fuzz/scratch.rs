//! A folder on disk for readers that take one.

use std::{
    fs,
    path::{Component, Path, PathBuf},
};

use tempfile::TempDir;

use crate::files::Files;

/// A folder in memory where the system has one.
pub(crate) fn folder() -> TempDir {
    let memory = Path::new("/dev/shm");
    let made = if memory.is_dir() {
        tempfile::tempdir_in(memory)
    } else {
        tempfile::tempdir()
    };
    made.unwrap()
}

/// Writes the files below a folder; `false` where the file system cannot hold just these.
pub(crate) fn write(folder: &Path, files: &Files) -> bool {
    files.iter().all(|(name, bytes)| {
        let relative = Path::new(name);
        let is_plain = relative
            .components()
            .all(|part| matches!(part, Component::Normal(_)));
        // `a//b` is another file in memory and the same on disk.
        let is_shortest = relative.components().collect::<PathBuf>().as_os_str() == relative.as_os_str();
        let path = folder.join(relative);
        is_plain
            && is_shortest
            && !name.is_empty()
            && !path.exists()
            && path
                .parent()
                .is_some_and(|parent| fs::create_dir_all(parent).is_ok())
            && fs::write(&path, bytes).is_ok()
    })
}
