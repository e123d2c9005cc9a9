//! The cache of initialised data directories, which saves most starts the time of `initdb`.

use std::{
    fs,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

use sha2::{Digest, Sha256};

use super::{
    binaries::Binaries,
    files::{copy, copy_file, give, make_all_private, make_private},
    run_dir::RunDir,
    user::User,
};
use crate::{Config, Error, Reuse, private_server::INITDB_FLAGS, providers::staging};

/// Where the cache has, or will have, what these programs make; `None` where the cache is not to be used.
pub(super) fn entry(binaries: &Binaries, config: &Config) -> Option<PathBuf> {
    let cache = config.cache.as_ref().filter(|_| config.reuse == Reuse::Yes)?;
    Some(cache.join(key(binaries)?))
}

/// Whether the entry exists. It is put there all at once.
pub(super) fn is_complete(entry: &Path) -> bool {
    entry.join("PG_VERSION").is_file()
}

/// The name of the entry: a hash of what the result depends on. The programs count by path, size and age; asking them for their
/// version would cost 5 ms.
fn key(binaries: &Binaries) -> Option<PathBuf> {
    let mut hash = Sha256::new();
    for program in [&binaries.postgres, &binaries.initdb] {
        let facts = fs::metadata(program).ok()?;
        hash.update(format!(
            "{}|{}|{}|{}\n",
            program.display(),
            facts.len(),
            facts.mtime(),
            facts.mtime_nsec()
        ));
    }
    hash.update(INITDB_FLAGS.join("|"));
    hash.update("trimmed 2");
    let digest: String = hash
        .finalize()
        .iter()
        .take(12)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    Some(format!("cluster-{digest}").into())
}

/// What `initdb` made and the cache does not have yet. It is saved while the server starts, and the caller does not wait for that.
#[derive(Debug)]
pub(super) struct Unsaved {
    data: PathBuf,
    aside: PathBuf,
    cached: PathBuf,
    /// Whose the folder is: the watchdog, which removes it, is that user's.
    user: User,
}

/// The folder of the databases. A start changes nothing in it before the first session.
pub(super) const DATABASES: &str = "base";

impl Unsaved {
    /// Copies what the start of the server changes. A cache that cannot be written costs time at the next start, and is no reason to
    /// fail now.
    pub(super) fn begin(run: &RunDir, cached: PathBuf, user: User) -> Option<Self> {
        let unsaved = Self {
            data: run.data(),
            aside: run.path.join("initialised"),
            cached,
            user,
        };
        unsaved.copy_what_a_start_changes().ok()?;
        Some(unsaved)
    }

    fn copy_what_a_start_changes(&self) -> Result<(), Error> {
        make_private(&self.aside)?;
        give(&self.aside, self.user)?;
        for entry in fs::read_dir(&self.data).map_err(Error::io("read", &self.data))? {
            let entry = entry.map_err(Error::io("read", &self.data))?;
            let target = self.aside.join(entry.file_name());
            if entry.path().is_file() {
                copy_file(&entry.path(), &target, self.user)?;
            } else if entry.file_name() != DATABASES {
                copy(&entry.path(), &target, self.user)?;
            }
        }
        Ok(())
    }

    /// Copies the rest, while the server starts.
    pub(super) fn complete(self) -> Option<Self> {
        let copied = copy(&self.data.join(DATABASES), &self.aside.join(DATABASES), self.user);
        copied.ok().map(|()| self)
    }

    /// Puts it into the cache.
    pub(super) fn save(self) {
        let _ = remember(&self.aside, &self.cached);
        let _ = fs::remove_dir_all(&self.aside);
    }
}

/// Through a staging folder: another process must never see half a copy.
fn remember(data: &Path, cached: &Path) -> Result<(), Error> {
    let Some(folder) = cached.parent() else {
        return Ok(());
    };
    make_all_private(folder)?;
    let staged = staging::path_in(folder);
    let copied = copy(data, &staged, User::Me)
        .and_then(|()| fs::rename(&staged, cached).map_err(Error::io("rename", &staged)));
    if copied.is_err() {
        let _ = fs::remove_dir_all(&staged);
    }
    copied
}
