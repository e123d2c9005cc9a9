//! What the tool of a format keeps of the session from file to file; the guide's page on formats says where that is from.

use migration_core::{Format, Leftover};

use super::left::Left;

/// What a tool keeps of the session from file to file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keeps {
    /// Nothing: that is how files run here.
    Nothing,
    /// Everything: one connection, and nothing is reset.
    Everything,
    /// All but settings: one connection, and `RESET ALL` between files, which leaves the role.
    AllButSettings,
    /// All but role and search path, which are put back between files.
    AllButRoleAndPath,
}

impl Keeps {
    pub(super) fn of(format: Format) -> Self {
        match format {
            Format::Native => Self::Nothing,
            Format::Tern | Format::Supabase => Self::AllButSettings,
            Format::Flyway => Self::AllButRoleAndPath,
            _ => Self::Everything,
        }
    }

    /// Whether the next file finds it.
    pub(super) fn keeps(self, left: &Left) -> bool {
        match self {
            Self::Nothing => false,
            Self::Everything => true,
            Self::AllButSettings => !matches!(left, Left::Seen(Leftover::Setting { .. })),
            Self::AllButRoleAndPath => match left {
                Left::Seen(Leftover::Role { .. }) => false,
                Left::Seen(Leftover::Setting { name, .. }) => name != "search_path",
                _ => true,
            },
        }
    }
}
