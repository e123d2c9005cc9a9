//! The files of this repository as examples that inputs are made from by changing them.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// A mutation of a larger one says no more, and takes longer.
const LARGEST: u64 = 8 << 10;

/// The files below these folders whose names end like this, the smallest first.
pub(crate) fn ending(folders: &[&str], end: &str) -> Vec<Vec<u8>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut found = Vec::new();
    for folder in folders {
        collect(&root.join(folder), end, &mut found);
    }
    assert!(!found.is_empty(), "no file ends with {end}");
    found.sort_by(|a, b| (a.1.len(), &a.0).cmp(&(b.1.len(), &b.0)));
    found.into_iter().map(|(_, bytes)| bytes).collect()
}

fn collect(path: &Path, end: &str, found: &mut Vec<(PathBuf, Vec<u8>)>) {
    if path.is_dir() {
        for entry in fs::read_dir(path).unwrap() {
            collect(&entry.unwrap().path(), end, found);
        }
    } else if path.to_string_lossy().ends_with(end) {
        let mut bytes = fs::read(path).unwrap();
        bytes.truncate(usize::try_from(LARGEST).unwrap());
        found.push((path.to_owned(), bytes));
    }
}
