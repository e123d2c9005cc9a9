//! What the caller decides: where to look for binaries, where private folders go, how long a start may take.

use std::{
    ffi::OsString,
    ops::RangeInclusive,
    path::{Path, PathBuf},
    time::Duration,
};

use crate::usual_places::usual_places;

/// Where to look and where to write. [`Config::from_variables`] fills it as users expect.
#[derive(Debug, Clone)]
pub struct Config {
    /// A folder with the server's programs (`PG_BIN`). Where it is given nothing else is tried.
    pub pg_bin: Option<PathBuf>,
    /// The search path (`PATH`).
    pub path: OsString,
    /// Folders to try after the search path.
    pub usual_places: Vec<PathBuf>,
    /// Where an initialised data directory is kept from one run to the next; `None` initialises one each time.
    pub cache: Option<PathBuf>,
    /// Whether what an earlier run left there is used. Programs that were fetched are, in any case: they were verified.
    pub reuse: Reuse,
    /// Where private folders may be made: the first that exists and has [`Config::room`].
    pub bases: Vec<PathBuf>,
    /// Free space that a base needs, in bytes. The last base is taken however little it has.
    pub room: u64,
    /// How long a server may take from its start to the first answer.
    pub start_timeout: Duration,
    /// An archive that `tar` unpacks, or a folder, with programs for the embedded provider (`DB_FRESH_ARCHIVE`). Without it they
    /// come from npm.
    pub archive: Option<PathBuf>,
    /// The image of a container, with its tag (`DB_FRESH_IMAGE`): any that holds `sh`, `initdb`, `postgres` and a user `postgres`.
    pub image: String,
    /// Where the container engine listens (`DOCKER_HOST`), to know whether that is this machine. testcontainers reads the
    /// variable itself.
    pub docker_host: Option<String>,
    /// How long an image may take to arrive.
    pub pull_timeout: Duration,
    /// Settings beside [`crate::SETTINGS`], which they win over.
    pub settings: Vec<(String, String)>,
    /// Where a server from programs on this machine listens (`DB_FRESH_LISTEN`). A container always has a port.
    pub listen: Listen,
}

/// Where a server can be reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Listen {
    /// On a socket in a folder that only its owner may enter.
    Socket,
    /// On 127.0.0.1, with a password, on a free one of these ports: for programs that know no sockets, and for TLS.
    Loopback(RangeInclusive<u16>),
}

impl Listen {
    /// On any port below the range from which systems take those of outgoing connections.
    pub const LOOPBACK: Self = Self::Loopback(15_000..=31_999);
}

/// Whether a start may use what an earlier one made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reuse {
    /// The initialised data directory is copied from the cache.
    Yes,
    /// Nothing that an earlier run made is used.
    No,
}

/// 1 GiB: a fresh database of some hundred tables needs a tenth of it, and containers often give `/dev/shm` 64 MiB.
const ROOM: u64 = 1 << 30;

/// A current Postgres.
const IMAGE: &str = "postgres:18";

impl Default for Config {
    fn default() -> Self {
        Self {
            pg_bin: None,
            path: OsString::new(),
            usual_places: usual_places(),
            cache: None,
            reuse: Reuse::Yes,
            bases: vec!["/dev/shm".into(), "/tmp".into()],
            room: ROOM,
            start_timeout: Duration::from_secs(60),
            archive: None,
            image: IMAGE.into(),
            docker_host: None,
            pull_timeout: Duration::from_secs(600),
            settings: Vec::new(),
            listen: Listen::Socket,
        }
    }
}

impl Config {
    /// Reads `PG_BIN`, `PATH`, `XDG_CACHE_HOME` or `HOME`, `TMPDIR`, `DB_FRESH_ARCHIVE`, `DB_FRESH_IMAGE`, `DOCKER_HOST` and
    /// `DB_FRESH_LISTEN` (`tcp`, or a socket).
    pub fn from_variables(look_up: &dyn Fn(&str) -> Option<OsString>) -> Self {
        let path = |name: &str| look_up(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let cache = path("XDG_CACHE_HOME").or_else(|| path("HOME").map(|home| home.join(".cache")));
        let text = |name: &str| path(name).and_then(|value| value.into_os_string().into_string().ok());
        let mut config = Self {
            archive: path("DB_FRESH_ARCHIVE"),
            image: text("DB_FRESH_IMAGE").unwrap_or_else(|| IMAGE.into()),
            docker_host: text("DOCKER_HOST"),
            listen: match text("DB_FRESH_LISTEN").as_deref() {
                Some("tcp") => Listen::LOOPBACK,
                _ => Listen::Socket,
            },
            pg_bin: path("PG_BIN"),
            path: look_up("PATH").unwrap_or_default(),
            cache: cache.map(|folder| folder.join("db-fresh")),
            ..Self::default()
        };
        if let Some(folder) = path("TMPDIR") {
            config.bases.insert(1, folder);
        }
        config
    }
}

impl Config {
    /// Whether a container engine is likely to answer: an address is given, or its usual socket exists.
    pub fn has_engine(&self) -> bool {
        self.docker_host.is_some() || Path::new("/var/run/docker.sock").exists()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_say_where_to_look_and_an_empty_one_says_nothing() {
        let config = Config::from_variables(&|name| match name {
            "HOME" => Some("/home/dev".into()),
            "PG_BIN" | "XDG_CACHE_HOME" => Some("".into()),
            "TMPDIR" => Some("/scratch".into()),
            _ => None,
        });
        assert_eq!(config.pg_bin, None);
        assert_eq!(config.cache, Some("/home/dev/.cache/db-fresh".into()));
        assert_eq!(
            config.bases,
            [PathBuf::from("/dev/shm"), "/scratch".into(), "/tmp".into()]
        );
    }
}
