//! A component's seeds, read and checked, in the order in which they run.

use std::path::Path;

use super::{FolderConfig, SeedFile, left_out, read};
use crate::{Config, Error};

/// A component's seeds, in the order in which they run.
#[derive(Debug, Clone)]
pub struct Seeds {
    pub(crate) component: String,
    pub(crate) files: Vec<SeedFile>,
}

impl Seeds {
    /// Reads and checks every file of the folder. Touches no database.
    ///
    /// # Errors
    /// `seed/no-folder` when it cannot be listed, else [`Error::Folder`] with everything that is wrong in it: files
    /// that are no seeds, numbers given twice, directives, documents and values that cannot be understood.
    pub fn from_dir(component: &str, dir: &Path, config: &FolderConfig) -> Result<Self, Error> {
        Ok(Self {
            component: component.to_owned(),
            files: read::read(dir, config)?,
        })
    }

    /// The component that they belong to.
    pub fn component(&self) -> &str {
        &self.component
    }

    /// The files, in the order in which they run.
    pub fn files(&self) -> &[SeedFile] {
        &self.files
    }

    /// The paths of the files that need the key of the e-mail hash.
    pub fn needs_email_key(&self) -> Vec<String> {
        self.files
            .iter()
            .filter(|file| file.needs_email_key())
            .map(|file| file.path.clone())
            .collect()
    }

    /// The files that do not run with this configuration, by their paths, each with the reason.
    pub fn left_out(&self, config: &Config) -> Vec<(String, String)> {
        let files = self.files.iter();
        files
            .filter_map(|file| Some((file.path.clone(), left_out(&file.header, config)?)))
            .collect()
    }

    /// Checks what can be checked before a database is touched. [`apply`](crate::apply) begins with it too.
    ///
    /// # Errors
    /// [`Error::MissingKey`] when a file that would run in this environment needs the key and there is none.
    pub fn check(&self, config: &Config) -> Result<(), Error> {
        let files: Vec<String> = self
            .files
            .iter()
            .filter(|file| file.needs_email_key() && left_out(&file.header, config).is_none())
            .map(|file| file.path.clone())
            .collect();
        if files.is_empty() || config.key().is_some() {
            Ok(())
        } else {
            Err(Error::MissingKey { files })
        }
    }
}
