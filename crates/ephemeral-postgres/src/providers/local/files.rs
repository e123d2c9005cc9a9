//! Folders, copied and handed over.

use std::{
    fs::{self, DirBuilder, File, Permissions},
    io::Write,
    num::NonZero,
    os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
    thread::{self, available_parallelism},
};

use rustix::fs::{Mode, chown, fchmod, fchown};

use super::user::User;
use crate::Error;

/// Makes a folder that only its owner may enter, whatever the umask is.
pub(super) fn make_private(folder: &Path) -> Result<(), Error> {
    DirBuilder::new()
        .mode(0o700)
        .create(folder)
        .and_then(|()| fs::set_permissions(folder, Permissions::from_mode(0o700)))
        .map_err(Error::io("make the folder", folder))
}

/// The same with the folders above it, where they are not there.
pub(super) fn make_all_private(folder: &Path) -> Result<(), Error> {
    if folder.is_dir() {
        return Ok(());
    }
    if let Some(above) = folder.parent() {
        make_all_private(above)?;
    }
    match make_private(folder) {
        // Another process has made it in between.
        Err(_) if folder.is_dir() => Ok(()),
        made => made,
    }
}

/// Gives a file or folder to the user.
pub(super) fn give(path: &Path, user: User) -> Result<(), Error> {
    let Some((uid, gid)) = user.ownership() else {
        return Ok(());
    };
    chown(path, Some(uid), Some(gid)).map_err(|error| Error::io("hand over", path)(error.into()))
}

/// A file that its owner may read and write.
const OURS: Mode = Mode::RUSR.union(Mode::WUSR);

/// How many threads copy at once. Most of the time goes into making files, which the system does side by side.
const COPIERS: usize = 4;

/// Copies a folder with everything in it; the copy is the user's.
pub(super) fn copy(from: &Path, to: &Path, user: User) -> Result<(), Error> {
    let mut files = Vec::new();
    make_folders(from, to, user, &mut files)?;
    let copiers = available_parallelism().map_or(1, NonZero::get).min(COPIERS);
    let share = files.len().div_ceil(copiers).max(1);
    let copy_all =
        &|files: &[(PathBuf, PathBuf)]| files.iter().try_for_each(|(from, to)| copy_file(from, to, user));
    thread::scope(|scope| {
        let copying: Vec<_> = files
            .chunks(share)
            .map(|files| scope.spawn(move || copy_all(files)))
            .collect();
        copying.into_iter().try_for_each(|thread| match thread.join() {
            Ok(copied) => copied,
            Err(panic) => std::panic::resume_unwind(panic),
        })
    })
}

/// Makes the folders and lists the files.
fn make_folders(
    from: &Path,
    to: &Path,
    user: User,
    files: &mut Vec<(PathBuf, PathBuf)>,
) -> Result<(), Error> {
    make_private(to)?;
    give(to, user)?;
    for entry in fs::read_dir(from).map_err(Error::io("read", from))? {
        let entry = entry.map_err(Error::io("read", from))?;
        let target = to.join(entry.file_name());
        let kind = entry.file_type().map_err(Error::io("read", entry.path()))?;
        if kind.is_dir() {
            make_folders(&entry.path(), &target, user, files)?;
        } else {
            files.push((entry.path(), target));
        }
    }
    Ok(())
}

/// By reading and writing: most files are a few pages long, and the system's own copying between files costs more than that.
pub(super) fn copy_file(from: &Path, to: &Path, user: User) -> Result<(), Error> {
    let content = fs::read(from).map_err(Error::io("read", from))?;
    let mut copy = File::options()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(to)
        .map_err(Error::io("make", to))?;
    fchmod(&copy, OURS).map_err(|error| Error::io("make", to)(error.into()))?;
    copy.write_all(&content).map_err(Error::io("write", to))?;
    let Some((uid, gid)) = user.ownership() else {
        return Ok(());
    };
    fchown(&copy, Some(uid), Some(gid)).map_err(|error| Error::io("hand over", to)(error.into()))
}

/// Free space where the folder is, in bytes; nothing when that cannot be told.
pub(super) fn free_space(folder: &Path) -> Option<u64> {
    let space = rustix::fs::statvfs(folder).ok()?;
    space.f_bavail.checked_mul(space.f_frsize)
}

/// Makes a file for appending, which its owner may read and write, whatever the umask is.
pub(super) fn make(path: &Path) -> Result<File, Error> {
    let file = File::options()
        .create(true)
        .append(true)
        .mode(0o600)
        .open(path)
        .map_err(Error::io("make", path))?;
    fchmod(&file, OURS).map_err(|error| Error::io("make", path)(error.into()))?;
    Ok(file)
}
