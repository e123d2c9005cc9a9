//! How a database is copied from another one.
//!
//! Left out on purpose: `file_copy_method = clone` of version 18. A private server's data lies in memory, where nothing can share blocks.

use crate::{Error, admin::Admin};

/// How `CREATE DATABASE` copies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Clone {
    /// The files, between two checkpoints. Those cost nothing where fsync is off, and several copies do not wait for each other.
    FileCopy,
    /// Page by page through the log. Safer and often quicker where fsync is on.
    WalLog,
    /// As the server likes: before version 15 there is nothing to choose.
    Default,
}

impl Clone {
    /// What fits this server.
    pub(crate) async fn choose(admin: &Admin) -> Result<Self, Error> {
        let facts = admin
            .names(
                "ask how the server copies databases".into(),
                "SELECT setting FROM pg_catalog.pg_settings WHERE name = ANY ($1)",
                vec!["fsync".into(), "server_version_num".into()],
            )
            .await?;
        Ok(Self::from_facts(&facts))
    }

    fn from_facts(facts: &[String]) -> Self {
        let version: u32 = facts.iter().find_map(|fact| fact.parse().ok()).unwrap_or(0);
        let has = |word: &str| facts.iter().any(|fact| fact == word);
        match version {
            ..150_000 => Self::Default,
            _ if !has("off") => Self::WalLog,
            _ => Self::FileCopy,
        }
    }

    /// The statements that copy `template`.
    pub(crate) fn statement(self, name: &str, template: &str) -> String {
        let create = format!("CREATE DATABASE \"{name}\" TEMPLATE \"{template}\"");
        match self {
            Self::Default => create,
            Self::FileCopy => format!("{create} STRATEGY FILE_COPY"),
            Self::WalLog => format!("{create} STRATEGY WAL_LOG"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_copied_only_where_nothing_is_synced() {
        let of =
            |facts: &[&str]| Clone::from_facts(&facts.iter().map(ToString::to_string).collect::<Vec<_>>());
        assert_eq!(of(&["off", "150018"]), Clone::FileCopy);
        assert_eq!(of(&["on", "150018"]), Clone::WalLog);
        assert_eq!(of(&["off", "140010"]), Clone::Default);
        assert_eq!(of(&["off", "180004"]), Clone::FileCopy);
    }
}
