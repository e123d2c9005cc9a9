//! How `CREATE DATABASE` copies a template: decided once from what the server says about itself.

use crate::{Error, databases::Admin};

/// How `CREATE DATABASE` copies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Strategy {
    /// The files, between two checkpoints, in the way that the server's `file_copy_method` says.
    FileCopy,
    /// Page by page through the WAL.
    WalLog,
    /// Versions before 15 copy the files and know no `STRATEGY`.
    FileCopyOnly,
}

/// The first version with `STRATEGY`.
const FIRST_WITH_STRATEGY: u32 = 150_000;

/// A fact is missing where the server does not know the setting: `file_copy_method` exists from version 18 on.
const FACTS: &str = "SELECT name || '=' || setting FROM pg_catalog.pg_settings WHERE name = ANY ($1)";

impl Strategy {
    /// The one for this server.
    ///
    /// # Errors
    /// [`Error::Sql`].
    pub(super) async fn choose(admin: &Admin) -> Result<Self, Error> {
        let facts = admin
            .names(
                "ask how the server copies databases".into(),
                FACTS,
                vec![
                    "fsync".into(),
                    "server_version_num".into(),
                    "file_copy_method".into(),
                ],
            )
            .await?;
        Ok(Self::from_facts(&facts))
    }

    /// Copying files costs two checkpoints. Without fsync they cost next to nothing, and going through the WAL takes twice as long.
    /// With fsync every file of a copy has to reach the disk, which takes three times as long as the WAL does, unless the server has
    /// been told that its file system can share blocks.
    fn from_facts(facts: &[String]) -> Self {
        let value = |name: &str| {
            facts
                .iter()
                .find_map(|fact| fact.strip_prefix(name)?.strip_prefix('='))
        };
        let version = value("server_version_num").and_then(|version| version.parse().ok());
        if version.unwrap_or(0) < FIRST_WITH_STRATEGY {
            return Self::FileCopyOnly;
        }
        if value("fsync") == Some("off") || value("file_copy_method") == Some("clone") {
            return Self::FileCopy;
        }
        Self::WalLog
    }

    /// The statement that copies `template`.
    pub(super) fn statement(self, name: &str, template: &str) -> String {
        let strategy = match self {
            Self::FileCopyOnly => "",
            Self::FileCopy => " STRATEGY FILE_COPY",
            Self::WalLog => " STRATEGY WAL_LOG",
        };
        format!("CREATE DATABASE \"{name}\" TEMPLATE \"{template}\"{strategy}")
    }

    /// Whether files that the WAL knows nothing of are copied too.
    pub(super) fn copies_every_file(self) -> bool {
        self != Self::WalLog
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_strategy_follows_from_the_version_fsync_and_file_copy_method() {
        let of = |version: u32, more: &[&str]| {
            let version = format!("server_version_num={version}");
            let facts = more.iter().map(ToString::to_string).chain([version]);
            Strategy::from_facts(&facts.collect::<Vec<_>>())
        };
        assert_eq!(of(140_010, &["fsync=off"]), Strategy::FileCopyOnly);
        assert_eq!(of(150_018, &["fsync=off"]), Strategy::FileCopy);
        assert_eq!(of(150_018, &["fsync=on"]), Strategy::WalLog);
        assert_eq!(
            of(180_004, &["fsync=off", "file_copy_method=copy"]),
            Strategy::FileCopy
        );
        assert_eq!(
            of(180_004, &["fsync=on", "file_copy_method=copy"]),
            Strategy::WalLog
        );
        assert_eq!(
            of(180_004, &["fsync=on", "file_copy_method=clone"]),
            Strategy::FileCopy
        );
    }
}
