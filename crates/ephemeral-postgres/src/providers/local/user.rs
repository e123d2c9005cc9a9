//! Who the server runs as: Postgres refuses to run as root.

use std::{fs, os::unix::process::CommandExt, process::Command};

use rustix::process::{Gid, Uid, geteuid};

use crate::Error;

/// Who the server runs as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum User {
    /// Whoever runs this process.
    Me,
    /// Another one, because this process is root's.
    Other { uid: u32, gid: u32 },
}

/// Names to try, the one that packages make first.
const NAMES: [&str; 3] = ["postgres", "_postgres", "nobody"];

impl User {
    /// The user to run as.
    pub(crate) fn choose() -> Result<Self, Error> {
        if !geteuid().is_root() {
            return Ok(Self::Me);
        }
        let users = fs::read_to_string("/etc/passwd").unwrap_or_default();
        NAMES
            .iter()
            .find_map(|name| find(&users, name))
            .ok_or(Error::NoUser)
    }

    /// Its number.
    pub(super) fn uid(self) -> u32 {
        match self {
            Self::Me => geteuid().as_raw(),
            Self::Other { uid, .. } => uid,
        }
    }

    /// Makes the program run as this user.
    pub(super) fn run(self, command: &mut Command) {
        if let Self::Other { uid, gid } = self {
            command.uid(uid).gid(gid);
        }
    }

    /// Owner and group for files, where they have to be changed.
    pub(super) fn ownership(self) -> Option<(Uid, Gid)> {
        match self {
            Self::Me => None,
            Self::Other { uid, gid } => Some((Uid::from_raw(uid), Gid::from_raw(gid))),
        }
    }
}

fn find(users: &str, name: &str) -> Option<User> {
    let mut fields = users
        .lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?
        .split(':');
    let (uid, gid) = (fields.nth(1)?.parse().ok()?, fields.next()?.parse().ok()?);
    (uid != 0).then_some(User::Other { uid, gid })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_passwd_is_read_by_its_whole_name() {
        let users = "root:x:0:0::/root:/bin/sh\npostgresql:x:5:5::/:/bin/sh\npostgres:x:105:110::/:/bin/sh\n";
        assert_eq!(find(users, "postgres"), Some(User::Other { uid: 105, gid: 110 }));
        assert_eq!(find(users, "nobody"), None);
        assert_eq!(find(users, "root"), None);
    }
}
