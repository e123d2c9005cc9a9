//! What must be there before anything is touched, as values.

use std::path::PathBuf;

/// Something that must be there. The purpose is a phrase that completes "needed for": `the migrations to run`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Requirement {
    /// One of these environment variables is set, and not empty.
    AnyVariable {
        /// The names, the preferred one first.
        names: Vec<String>,
        /// What it is for.
        purpose: String,
    },
    /// A folder that can be listed.
    Folder {
        /// The path.
        path: PathBuf,
        /// What it is for.
        purpose: String,
    },
    /// A file that can be read.
    File {
        /// The path.
        path: PathBuf,
        /// What it is for.
        purpose: String,
    },
    /// One of these programs is on `PATH`, or at its path where the name holds a slash.
    Program {
        /// The names, the preferred one first.
        names: Vec<String>,
        /// What it is for.
        purpose: String,
        /// How to get it, a sentence or a command.
        install_hint: Option<String>,
    },
}

impl Requirement {
    /// One of these environment variables.
    pub fn any_variable<N: Into<String>>(
        names: impl IntoIterator<Item = N>,
        purpose: impl Into<String>,
    ) -> Self {
        Self::AnyVariable {
            names: names.into_iter().map(Into::into).collect(),
            purpose: purpose.into(),
        }
    }

    /// A folder.
    pub fn folder(path: impl Into<PathBuf>, purpose: impl Into<String>) -> Self {
        Self::Folder {
            path: path.into(),
            purpose: purpose.into(),
        }
    }

    /// A file.
    pub fn file(path: impl Into<PathBuf>, purpose: impl Into<String>) -> Self {
        Self::File {
            path: path.into(),
            purpose: purpose.into(),
        }
    }

    /// A program.
    pub fn program(name: impl Into<String>, purpose: impl Into<String>) -> Self {
        Self::Program {
            names: vec![name.into()],
            purpose: purpose.into(),
            install_hint: None,
        }
    }

    /// The same program with the way to get it. Other requirements are given back as they are.
    #[must_use]
    pub fn installed_by(mut self, hint: impl Into<String>) -> Self {
        if let Self::Program { install_hint, .. } = &mut self {
            *install_hint = Some(hint.into());
        }
        self
    }
}
