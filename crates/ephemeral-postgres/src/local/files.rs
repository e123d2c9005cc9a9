//! Folders, copied and handed over.

use std::{
    fs::{self, DirBuilder, File},
    io::Write,
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::Path,
};

use rustix::fs::chown;

use super::user::User;
use crate::Error;

/// Makes a folder that only its owner may enter.
pub(super) fn make_private(folder: &Path) -> Result<(), Error> {
    DirBuilder::new()
        .mode(0o700)
        .create(folder)
        .map_err(Error::io("make the folder", folder))
}

/// Gives a file or folder to the user.
pub(super) fn give(path: &Path, user: User) -> Result<(), Error> {
    let Some((uid, gid)) = user.ownership() else {
        return Ok(());
    };
    chown(path, Some(uid), Some(gid)).map_err(|error| Error::io("hand over", path)(error.into()))
}

/// Copies a folder with everything in it; the copy is the user's.
pub(super) fn copy(from: &Path, to: &Path, user: User) -> Result<(), Error> {
    make_private(to)?;
    give(to, user)?;
    for entry in fs::read_dir(from).map_err(Error::io("read", from))? {
        let entry = entry.map_err(Error::io("read", from))?;
        let target = to.join(entry.file_name());
        if entry
            .file_type()
            .map_err(Error::io("read", entry.path()))?
            .is_dir()
        {
            copy(&entry.path(), &target, user)?;
        } else {
            copy_file(&entry.path(), &target)?;
            give(&target, user)?;
        }
    }
    Ok(())
}

/// By reading and writing: most files are a few pages long, and the system's own copying between files costs more than that.
fn copy_file(from: &Path, to: &Path) -> Result<(), Error> {
    let content = fs::read(from).map_err(Error::io("read", from))?;
    let mut copy = File::options()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(to)
        .map_err(Error::io("make", to))?;
    copy.write_all(&content).map_err(Error::io("write", to))
}

/// Free space where the folder is, in bytes; nothing when that cannot be told.
pub(super) fn free_space(folder: &Path) -> Option<u64> {
    let space = rustix::fs::statvfs(folder).ok()?;
    space.f_bavail.checked_mul(space.f_frsize)
}

/// Opens a file for appending, made where it is not there.
pub(super) fn open(path: &Path) -> Result<File, Error> {
    File::options()
        .create(true)
        .append(true)
        .open(path)
        .map_err(Error::io("open", path))
}
