//! Server programs out of a folder or an archive that the caller names.

use std::{
    fs,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

use sha2::{Digest, Sha256};

use super::{
    programs::{find_in, home},
    unpack::unpack,
};
use crate::{Config, Error, PassedOver, Provider, runtime::blocking};

/// The folder that holds `postgres` and `initdb`. An archive is unpacked once.
pub(super) async fn programs(archive: &Path, config: &Config) -> Result<PathBuf, Error> {
    let (archive, config) = (archive.to_owned(), config.clone());
    blocking(move || find(&archive, &config)).await
}

fn find(archive: &Path, config: &Config) -> Result<PathBuf, Error> {
    let unavailable = |why| {
        Error::Unavailable(PassedOver {
            provider: Provider::Embedded,
            why,
            searched: vec![archive.to_owned()],
        })
    };
    let facts = fs::metadata(archive)
        .map_err(|error| unavailable(format!("cannot read `{}`: {error}", archive.display())))?;
    let found = if facts.is_dir() {
        find_in(archive)
    } else {
        let key = format!("{}|{}|{}", archive.display(), facts.len(), facts.mtime());
        let digest = Sha256::digest(key);
        let name: String = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        let home = home(config)?.join(format!("archive-{name}"));
        match find_in(&home) {
            Some(folder) => Some(folder),
            None => {
                unpack(archive, &home)?;
                find_in(&home)
            }
        }
    };
    found.ok_or_else(|| {
        unavailable(format!(
            "`{}` holds no `postgres` and `initdb`",
            archive.display()
        ))
    })
}
