//! What the caller gives to the reading of a folder.

use std::collections::BTreeMap;

use diagnostic::SizeLimit;

/// Whose folder it is, which decides what a comment means that is nearly a directive.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum FolderOrigin {
    /// One's own: it is a problem of the folder.
    #[default]
    Own,
    /// Somebody else's, who may have meant something else: it keeps the migration out of protected environments.
    Foreign,
}

/// What reading a folder may need to know.
#[derive(Debug, Clone, Default)]
pub struct FolderConfig {
    /// Values of goose's `${VARIABLE}`, Flyway's `${placeholder}` and tern's `{{.name}}`.
    ///
    /// Those that Flyway gives itself, other than `flyway:filename`, `flyway:table` and `flyway:defaultSchema`, are known to the
    /// caller alone: `flyway:database`, `flyway:user`, `flyway:timestamp`, `flyway:workingDirectory`.
    pub variables: BTreeMap<String, String>,
    /// The environment, as far as migrations may see it. goose takes any value from it, Flyway those whose names begin with
    /// `FLYWAY_PLACEHOLDERS_`, and the other formats none: what a machine keeps in its environment is not for databases.
    pub environment: BTreeMap<String, String>,
    /// Whose folder it is.
    pub origin: FolderOrigin,
    /// The most bytes that are read of one file, 256 MiB by default.
    pub size_limit: SizeLimit,
}
