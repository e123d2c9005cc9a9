//! What the caller gives to the reading of a folder.

use std::collections::BTreeMap;

use diagnostic::SizeLimit;

/// What reading a folder may need to know.
#[derive(Debug, Clone, Default)]
pub struct FolderConfig {
    /// Values of goose's `${VARIABLE}`, Flyway's `${placeholder}` and tern's `{{.name}}`.
    pub variables: BTreeMap<String, String>,
    /// The most bytes that are read of one file, 256 MiB by default.
    pub size_limit: SizeLimit,
}
