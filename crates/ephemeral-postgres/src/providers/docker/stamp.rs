//! The stamp of a container: a file with the same token as the container's label, locked as long as its owner lives.
//!
//! A process that can take the lock may remove the container with that token, and no other one. A container without such a file
//! belongs to another machine, or to another program.

use std::{
    fs::{self, File},
    io::Write,
    path::{Path, PathBuf},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use crate::{Config, Error};

/// The names of these files start with it. The token follows.
const PREFIX: &str = "db-fresh.container-";

/// A stamp that this process holds.
#[derive(Debug)]
pub(super) struct Stamp {
    path: PathBuf,
    file: File,
}

impl Stamp {
    pub(super) fn make(config: &Config, token: &str) -> Result<Self, Error> {
        let base = config.bases.last().map_or(Path::new("/tmp"), PathBuf::as_path);
        let path = base.join(format!("{PREFIX}{token}"));
        let file = File::options()
            .append(true)
            .create_new(true)
            .open(&path)
            .map_err(Error::io("make", &path))?;
        file.try_lock()
            .map_err(|error| Error::io("lock", &path)(error.into()))?;
        Ok(Self { path, file })
    }

    /// The container is gone.
    pub(super) fn remove(self) {
        let _ = fs::remove_file(&self.path);
    }

    /// The container outlives this process until the time is over.
    pub(super) fn keep(mut self, time: Duration) {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let _ = writeln!(self.file, "{}", (now + time).as_secs());
    }
}

/// A stamp whose owner has ended.
#[derive(Debug)]
pub(super) struct Orphan {
    pub(super) token: String,
    stamp: Stamp,
}

impl Orphan {
    pub(super) fn remove(self) {
        self.stamp.remove();
    }
}

/// Stamps whose owners have ended, and whose containers were not kept on purpose.
pub(super) fn orphans(config: &Config) -> Vec<Orphan> {
    let entries = config
        .bases
        .iter()
        .filter_map(|base| fs::read_dir(base).ok())
        .flatten();
    let orphan = |entry: fs::DirEntry| {
        let token = entry
            .file_name()
            .to_string_lossy()
            .strip_prefix(PREFIX)?
            .to_owned();
        let path = entry.path();
        let file = File::options().append(true).open(&path).ok()?;
        file.try_lock().ok()?;
        let is_kept = is_kept(&path);
        (!is_kept).then_some(Orphan {
            token,
            stamp: Stamp { path, file },
        })
    };
    entries.flatten().filter_map(orphan).collect()
}

fn is_kept(path: &Path) -> bool {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let until = fs::read_to_string(path)
        .ok()
        .and_then(|text| text.trim().parse::<u64>().ok());
    until.is_some_and(|until| now.as_secs() < until)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_stamp_without_an_owner_that_was_not_kept_is_an_orphan() {
        let base = tempfile::tempdir().unwrap();
        let config = Config {
            bases: vec![base.path().into()],
            ..Config::default()
        };
        fs::write(base.path().join("db-fresh.container"), "").unwrap();
        let held = Stamp::make(&config, "held").unwrap();
        Stamp::make(&config, "kept")
            .unwrap()
            .keep(Duration::from_secs(60));
        Stamp::make(&config, "over").unwrap().keep(Duration::ZERO);
        drop(Stamp::make(&config, "dead").unwrap());
        let mut tokens: Vec<_> = orphans(&config).into_iter().map(|orphan| orphan.token).collect();
        tokens.sort();
        assert_eq!(tokens, ["dead", "over"]);
        held.remove();
        orphans(&config).into_iter().for_each(Orphan::remove);
        let mut left: Vec<_> = base
            .path()
            .read_dir()
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .collect();
        left.sort();
        assert_eq!(left, ["db-fresh.container", "db-fresh.container-kept"]);
    }
}
