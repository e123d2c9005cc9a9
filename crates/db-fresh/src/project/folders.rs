//! Where the folders of components are.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
};

use crate::config::Component;

/// Where the folders of components are.
pub(crate) struct Folders {
    pub(super) root: PathBuf,
    /// `MIGRATIONS_ROOT`: a folder with one subfolder a component.
    pub(super) migrations: Option<OsString>,
}

impl Folders {
    pub(crate) fn migrations(&self, component: &Component) -> PathBuf {
        match &self.migrations {
            Some(root) => Path::new(root).join(&component.name),
            None => self.at(&component.migrations()),
        }
    }

    pub(crate) fn seeds(&self, component: &Component) -> PathBuf {
        self.at(&component.seeds())
    }

    /// A path of the configuration as a person would type it from here.
    pub(crate) fn at(&self, path: &Path) -> PathBuf {
        let full = self.root.join(path);
        let here = std::env::current_dir().unwrap_or_default();
        full.strip_prefix(here).map(Path::to_owned).unwrap_or(full)
    }
}
