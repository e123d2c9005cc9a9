//! How ready a server is, each level more than the one before.

use std::fmt;

use serde::Serialize;

/// How ready. The order of the levels is the order of the variants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Something accepts connections at the address.
    Tcp,
    /// It speaks the server's protocol.
    Protocol,
    /// It let this user in.
    Authenticated,
    /// The database is there, and a query is answered.
    Database,
    /// It may be written to: not in recovery, not read-only, its log and disk take data.
    Writable,
    /// Two connections, some time apart, met the same postmaster: not the temporary one of a container's first start.
    Stable,
    /// The caller's expectations of the schema hold.
    Schema,
    /// The caller's expectations of the data hold.
    Seeded,
}

impl Level {
    /// All of them, in order.
    pub const ALL: [Self; 8] = [
        Self::Tcp,
        Self::Protocol,
        Self::Authenticated,
        Self::Database,
        Self::Writable,
        Self::Stable,
        Self::Schema,
        Self::Seeded,
    ];

    /// The name, as in JSON and on a command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Tcp => "tcp",
            Self::Protocol => "protocol",
            Self::Authenticated => "authenticated",
            Self::Database => "database",
            Self::Writable => "writable",
            Self::Stable => "stable",
            Self::Schema => "schema",
            Self::Seeded => "seeded",
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Not the name of a [`Level`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not a level; they are tcp, protocol, authenticated, database, writable, stable, schema, seeded"
)]
pub struct UnknownLevel(String);

impl std::str::FromStr for Level {
    type Err = UnknownLevel;

    fn from_str(name: &str) -> Result<Self, UnknownLevel> {
        let found = Self::ALL.into_iter().find(|level| level.name() == name);
        found.ok_or_else(|| UnknownLevel(name.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_level_is_more_than_the_one_before_and_its_name_leads_back_to_it() {
        assert!(Level::ALL.is_sorted());
        for level in Level::ALL {
            assert_eq!(level.name().parse(), Ok(level));
            assert_eq!(serde_json::to_value(level).unwrap(), level.name());
        }
    }

    #[test]
    fn an_unknown_name_is_answered_with_the_known_ones() {
        let error = "healthy".parse::<Level>().unwrap_err();
        assert!(error.to_string().contains("`healthy`") && error.to_string().contains("writable"));
    }
}
