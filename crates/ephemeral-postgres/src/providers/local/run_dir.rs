//! The private folder of one server: data, socket, log, and the stamp that says whether its watchdog runs.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
};

use super::{
    files::{free_space, give, make, make_private},
    user::User,
};
use crate::{Config, Error, name, private_server::LINES_OF_LOG};

/// The names of these folders start with it, and those of folders that are being made.
pub(super) const PREFIX: &str = "db-fresh-";
pub(super) const UNFINISHED: &str = "db-fresh.new-";

/// The file that the watchdog holds a lock on.
pub(super) const STAMP: &str = "watched";

/// The server's data.
pub(super) const DATA: &str = "data";

/// A Unix socket's path is at most 107 bytes long, 103 on macOS, `/.s.PGSQL.5432` included.
const LONGEST_PATH: usize = 103 - "/.s.PGSQL.5432".len();

/// The private folder of one server.
#[derive(Debug, Clone)]
pub(super) struct RunDir {
    pub(super) path: PathBuf,
}

impl RunDir {
    /// Makes the folder with a locked stamp. The lock belongs to the returned file: hand it to the watchdog.
    ///
    /// The folder gets its final name only once the lock is held, since a sweep takes a folder without one for abandoned.
    pub(super) fn make(config: &Config, user: User) -> Result<(Self, File), Error> {
        let base = base(config);
        let unique = name::unique();
        let unfinished = base.join(format!("{UNFINISHED}{unique}"));
        let path = base.join(format!("{PREFIX}{unique}"));
        make_private(&unfinished)?;
        give(&unfinished, user)?;
        let stamp_path = unfinished.join(STAMP);
        let stamp = make(&stamp_path)?;
        stamp
            .try_lock()
            .map_err(|error| Error::io("lock", &stamp_path)(error.into()))?;
        give(&stamp_path, user)?;
        fs::rename(&unfinished, &path).map_err(Error::io("rename", &unfinished))?;
        Ok((Self { path }, stamp))
    }

    pub(super) fn data(&self) -> PathBuf {
        self.path.join(DATA)
    }

    /// Where the server writes its process number and its state.
    pub(super) fn pid_file(&self) -> PathBuf {
        pid_file(&self.path)
    }

    pub(super) fn log(&self) -> PathBuf {
        self.path.join("log")
    }

    /// The last lines of the server's log.
    pub(super) fn last_of_log(&self) -> String {
        let text = fs::read_to_string(self.log()).unwrap_or_default();
        let lines: Vec<_> = text.lines().collect();
        lines[lines.len().saturating_sub(LINES_OF_LOG)..].join("\n")
    }
}

/// The server's pid file in the folder of a server.
pub(super) fn pid_file(folder: &Path) -> PathBuf {
    folder.join(DATA).join("postmaster.pid")
}

/// The first base that exists, has room and keeps the socket's path short enough; else the last.
fn base(config: &Config) -> &Path {
    let fits = |base: &&PathBuf| {
        // Elsewhere the watchdog has another current folder, and to the server a comma separates two folders of sockets.
        base.is_absolute()
            && !base.to_string_lossy().contains([',', '"'])
            && base.is_dir()
            && base.as_os_str().len() + 1 + UNFINISHED.len() + 40 <= LONGEST_PATH
            && free_space(base).is_some_and(|free| free >= config.room)
    };
    let last = || config.bases.last().map_or(Path::new("/tmp"), PathBuf::as_path);
    config.bases.iter().find(fits).map_or_else(last, PathBuf::as_path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_too_deep_for_a_socket_or_without_room_is_passed_over() {
        let roomy = tempfile::tempdir_in("/tmp").unwrap();
        let deep = roomy.path().join("d".repeat(60));
        fs::create_dir(&deep).unwrap();
        let mut config = Config {
            bases: vec![deep, roomy.path().into()],
            room: 1,
            ..Config::default()
        };
        assert_eq!(base(&config), roomy.path());
        config.bases.push("/tmp".into());
        config.room = u64::MAX;
        assert_eq!(base(&config), Path::new("/tmp"));
    }
}
