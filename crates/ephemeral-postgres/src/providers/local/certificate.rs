//! A certificate for a server that is to speak TLS.

use std::{
    fs::{self, Permissions},
    os::unix::fs::{PermissionsExt, chown},
    path::{Path, PathBuf},
    process::Command,
};

use tempfile::TempDir;

use super::user::User;
use crate::{Error, runtime::blocking};

/// A self-signed certificate for `localhost` and its key. The files are removed when the value is dropped.
///
/// Made by `openssl`, which has to be installed.
#[derive(Debug)]
pub struct Certificate {
    folder: TempDir,
}

impl Certificate {
    /// Makes one, readable for the user that [`crate::Choice::Local`] runs its servers as.
    ///
    /// # Errors
    /// [`Error::Run`] where there is no `openssl`, [`Error::Fetch`] with its words where it refuses, [`Error::Io`].
    pub async fn self_signed() -> Result<Self, Error> {
        blocking(Self::make).await
    }

    fn make() -> Result<Self, Error> {
        let folder = tempfile::tempdir().map_err(Error::io("make a folder for", "a certificate"))?;
        let program = PathBuf::from("openssl");
        let made = Command::new(&program)
            .args(["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"])
            .args(["-subj", "/CN=localhost", "-keyout", KEY, "-out", CERTIFICATE])
            .current_dir(folder.path())
            .output()
            .map_err(|source| Error::Run { program, source })?;
        if !made.status.success() {
            return Err(Error::Fetch {
                what: "make a certificate".into(),
                output: String::from_utf8_lossy(&made.stderr).into_owned(),
            });
        }
        for (path, mode) in [
            (folder.path().to_owned(), 0o755),
            (folder.path().join(KEY), 0o600),
            (folder.path().join(CERTIFICATE), 0o644),
        ] {
            give(&path, mode)?;
        }
        Ok(Self { folder })
    }

    /// The server's settings, for [`crate::Config::settings`].
    pub fn settings(&self) -> Vec<(String, String)> {
        let file = |name: &str| self.folder.path().join(name).display().to_string();
        vec![
            ("ssl".into(), "on".into()),
            ("ssl_cert_file".into(), file(CERTIFICATE)),
            ("ssl_key_file".into(), file(KEY)),
        ]
    }
}

const KEY: &str = "key.pem";
const CERTIFICATE: &str = "cert.pem";

/// A server takes a key only from its own user, and only where nobody else can read it.
fn give(path: &Path, mode: u32) -> Result<(), Error> {
    let failed = || Error::io("give away", path);
    fs::set_permissions(path, Permissions::from_mode(mode)).map_err(failed())?;
    if let User::Other { uid, gid } = User::choose()? {
        chown(path, Some(uid), Some(gid)).map_err(failed())?;
    }
    Ok(())
}
