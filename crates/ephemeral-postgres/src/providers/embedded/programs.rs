//! Where fetched programs are kept, and how they are found there.

use std::{
    fs,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

use crate::{Config, Error, providers::local::User};

/// Where root keeps the programs: the server's user cannot enter root's own folders.
const FOR_EVERYBODY: &str = "/var/cache/db-fresh";

/// Where unpacked programs are kept from one run to the next.
pub(super) fn home(config: &Config) -> Result<PathBuf, Error> {
    let own = config.cache.clone().filter(|cache| {
        User::choose().is_ok_and(|user| user == User::Me) || cache.ancestors().all(is_open_or_missing)
    });
    let home = own.unwrap_or_else(|| FOR_EVERYBODY.into()).join("embedded");
    fs::create_dir_all(&home).map_err(Error::io("make the folder", &home))?;
    Ok(home)
}

/// Whether every user may pass through the folder.
fn is_open_or_missing(folder: &Path) -> bool {
    fs::metadata(folder).map_or(true, |facts| facts.mode() & 0o001 != 0)
}

/// The `bin` folder somewhere in this one, a few levels deep.
pub(super) fn find_in(folder: &Path) -> Option<PathBuf> {
    let mut open = vec![(folder.to_owned(), 0)];
    while let Some((folder, depth)) = open.pop() {
        if folder.join("postgres").is_file() && folder.join("initdb").is_file() {
            return Some(folder);
        }
        if depth < 4 {
            let entries = fs::read_dir(&folder).into_iter().flatten().flatten();
            let folders = entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()));
            open.extend(folders.map(|entry| (entry.path(), depth + 1)));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_found_however_the_archive_is_laid_out() {
        let archive = tempfile::tempdir().unwrap();
        assert_eq!(find_in(archive.path()), None);
        let bin = archive.path().join("package/native/bin");
        fs::create_dir_all(&bin).unwrap();
        fs::write(bin.join("postgres"), "").unwrap();
        assert_eq!(find_in(archive.path()), None, "half an installation is none");
        fs::write(bin.join("initdb"), "").unwrap();
        assert_eq!(find_in(archive.path()), Some(bin));
    }
}
