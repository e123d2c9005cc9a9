//! Staging folders: what is being made in the cache has another name until it is complete.

use std::{
    fs,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use crate::name;

/// The names of staging folders start with it.
const PREFIX: &str = "new-";

/// Longer than anything takes that is made in one, fetching over a slow line included.
const ABANDONED_AFTER: Duration = Duration::from_secs(60 * 60);

/// A path in this folder for something that is about to be made. Removes what killed processes left.
pub(crate) fn path_in(folder: &Path) -> PathBuf {
    sweep(folder);
    folder.join(format!("{PREFIX}{}", name::unique()))
}

fn sweep(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let is_staging = entry.file_name().to_string_lossy().starts_with(PREFIX);
        if is_staging && is_older_than(&entry.path(), ABANDONED_AFTER) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// Whether nothing was added to the folder, or removed from it, for so long.
pub(crate) fn is_older_than(folder: &Path, age: Duration) -> bool {
    let changed = fs::metadata(folder).and_then(|facts| facts.modified());
    changed.is_ok_and(|changed| {
        SystemTime::now()
            .duration_since(changed)
            .is_ok_and(|found| found > age)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_killed_process_left_is_removed_and_what_is_being_made_stays() {
        let cache = tempfile::tempdir().unwrap();
        let make = |name: &str, age: Duration| {
            let folder = cache.path().join(name);
            fs::create_dir(&folder).unwrap();
            fs::write(folder.join("file"), "").unwrap();
            let file = fs::File::open(&folder).unwrap();
            file.set_modified(SystemTime::now() - age).unwrap();
            folder
        };
        let left = make("new-1_2_3", 2 * ABANDONED_AFTER);
        let fresh = make("new-4_5_6", Duration::ZERO);
        let whole = make("cluster-abc", 2 * ABANDONED_AFTER);
        let path = path_in(cache.path());
        assert!(path.starts_with(cache.path()) && !path.exists());
        assert_eq!(
            [left.exists(), fresh.exists(), whole.exists()],
            [false, true, true]
        );
    }
}
