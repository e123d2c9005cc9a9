//! What the caller gives to the reading of a folder.

use diagnostic::SizeLimit;

/// What reading a folder may need to know.
#[derive(Debug, Clone, Default)]
pub struct FolderConfig {
    /// The most bytes that are read of one file, 256 MiB by default.
    pub size_limit: SizeLimit,
}
