//! Finding the server's programs.

use std::path::{Path, PathBuf};

use crate::Config;

/// The programs of one installation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Binaries {
    pub(super) postgres: PathBuf,
    pub(super) initdb: PathBuf,
}

/// The first folder that holds both programs, or the folders that were searched.
pub(super) fn find(config: &Config) -> Result<Binaries, Vec<PathBuf>> {
    let folders: Vec<PathBuf> = match &config.pg_bin {
        Some(folder) => vec![folder.clone()],
        None => std::env::split_paths(&config.path)
            .chain(config.usual_places.iter().cloned())
            .collect(),
    };
    let mut searched: Vec<PathBuf> = Vec::new();
    for folder in folders {
        if !searched.contains(&folder) {
            searched.push(folder);
        }
    }
    searched
        .iter()
        .find_map(|folder| in_folder(folder))
        .ok_or(searched)
}

/// Through symbolic links: the programs find their own libraries beside where they really are.
fn in_folder(folder: &Path) -> Option<Binaries> {
    let program = |name: &str| {
        folder
            .join(name)
            .canonicalize()
            .ok()
            .filter(|path| path.is_file())
    };
    Some(Binaries {
        postgres: program("postgres")?,
        initdb: program("initdb")?,
    })
}

impl Config {
    /// Whether programs of a server are installed where [`crate::Choice::Local`] looks.
    pub fn has_programs(&self) -> bool {
        find(self).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn folder_with(names: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for name in names {
            fs::write(folder.path().join(name), "").unwrap();
        }
        folder
    }

    #[test]
    fn half_an_installation_is_none() {
        let client_only = folder_with(&["psql", "initdb"]);
        let whole = folder_with(&["postgres", "initdb"]);
        let path = std::env::join_paths([client_only.path(), whole.path()]).unwrap();
        let config = Config {
            path,
            ..Config::default()
        };
        assert_eq!(
            find(&config).unwrap().postgres,
            whole.path().canonicalize().unwrap().join("postgres")
        );
    }

    #[test]
    fn a_named_folder_is_the_only_one_searched() {
        let whole = folder_with(&["postgres", "initdb"]);
        let config = Config {
            pg_bin: Some("/nowhere/bin".into()),
            path: whole.path().as_os_str().to_owned(),
            ..Config::default()
        };
        assert_eq!(find(&config), Err(vec!["/nowhere/bin".into()]));
    }
}
