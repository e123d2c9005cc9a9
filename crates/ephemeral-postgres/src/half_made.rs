//! What is being made in the cache, under a name of its own until it is whole.

use std::{
    fs,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use crate::name;

/// What such names start with.
const PREFIX: &str = "new-";

/// Longer than any making takes, fetching over a slow line included.
const ABANDONED_AFTER: Duration = Duration::from_secs(60 * 60);

/// A path for something that is about to be made in this folder. What a process that was killed left of its own goes first.
pub(crate) fn path_in(folder: &Path) -> PathBuf {
    sweep(folder);
    folder.join(format!("{PREFIX}{}", name::unique()))
}

fn sweep(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let is_half_made = entry.file_name().to_string_lossy().starts_with(PREFIX);
        if is_half_made && is_older_than(&entry.path(), ABANDONED_AFTER) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// Whether nothing was added to the folder, or taken from it, for so long.
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
    fn what_a_killed_process_left_goes_and_what_is_being_made_stays() {
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
