//! How a database is copied from another one.

use crate::{Error, admin::Admin};

/// How `CREATE DATABASE` copies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Strategy {
    /// The files, between two checkpoints. Those cost nothing where fsync is off, and several copies do not wait for each other.
    FileCopy,
    /// The same by the system, which copies nothing at all where the file system can share blocks. From version 18 on.
    FileClone,
    /// Page by page through the log. Safer and often quicker where fsync is on.
    WalLog,
    /// As the server likes: before version 15 there is nothing to choose.
    Default,
}

impl Strategy {
    /// Those that may be the quickest on this server, the likeliest first.
    pub(super) async fn candidates(admin: &Admin) -> Result<Vec<Self>, Error> {
        let facts = admin
            .names(
                "ask how the server copies databases".into(),
                "SELECT coalesce(array_to_string(enumvals, ' '), setting) FROM pg_catalog.pg_settings WHERE name = ANY ($1)",
                vec!["fsync".into(), "server_version_num".into(), "file_copy_method".into()],
            )
            .await?;
        Ok(Self::from_facts(&facts))
    }

    fn from_facts(facts: &[String]) -> Vec<Self> {
        let version: u32 = facts.iter().find_map(|fact| fact.parse().ok()).unwrap_or(0);
        let has = |word: &str| {
            facts
                .iter()
                .any(|fact| fact.split(' ').any(|found| found == word))
        };
        if version < 150_000 {
            return vec![Self::Default];
        }
        // Where nothing is synced the log is twice the work, always.
        let mut candidates = if has("off") { vec![] } else { vec![Self::WalLog] };
        candidates.push(Self::FileCopy);
        if has("clone") {
            candidates.push(Self::FileClone);
        }
        candidates
    }

    /// The statements that copy `template`, one after the other: databases are not made in a transaction.
    pub(super) fn statements(self, name: &str, template: &str) -> Vec<String> {
        let create = format!("CREATE DATABASE \"{name}\" TEMPLATE \"{template}\"");
        match self {
            Self::Default => vec![create],
            Self::FileCopy => vec![format!("{create} STRATEGY FILE_COPY")],
            Self::FileClone => vec![
                "SET file_copy_method = clone".to_owned(),
                format!("{create} STRATEGY FILE_COPY"),
                "RESET file_copy_method".to_owned(),
            ],
            Self::WalLog => vec![format!("{create} STRATEGY WAL_LOG")],
        }
    }

    /// Whether files that the log knows nothing of are copied too.
    pub(super) fn copies_every_file(self) -> bool {
        self != Self::WalLog
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_the_quickest_depends_on_the_version_and_on_fsync() {
        let of =
            |facts: &[&str]| Strategy::from_facts(&facts.iter().map(ToString::to_string).collect::<Vec<_>>());
        assert_eq!(of(&["off", "150018"]), [Strategy::FileCopy]);
        assert_eq!(of(&["on", "150018"]), [Strategy::WalLog, Strategy::FileCopy]);
        assert_eq!(of(&["off", "140010"]), [Strategy::Default]);
        assert_eq!(of(&["off", "180004", "copy"]), [Strategy::FileCopy]);
        assert_eq!(
            of(&["off", "180004", "copy clone"]),
            [Strategy::FileCopy, Strategy::FileClone]
        );
    }
}
