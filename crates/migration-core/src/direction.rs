//! The two directions in which a migration runs.

use crate::{Migration, Script};

/// A direction in which a migration runs, and so which of its scripts runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// It is applied, by its up script.
    Up,
    /// It is rolled back, by its down script.
    Down,
}

impl Direction {
    /// The word that the ledger has for it: `up` or `down`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Down => "down",
        }
    }

    /// The direction of a word of the ledger, which has no others.
    pub(crate) fn of(word: &str) -> Self {
        if word == Self::Down.as_str() {
            Self::Down
        } else {
            Self::Up
        }
    }

    /// The script that runs in this direction; `None` where there is no down script.
    pub fn script(self, migration: &Migration) -> Option<&Script> {
        match self {
            Self::Up => Some(&migration.up),
            Self::Down => migration.down.as_ref(),
        }
    }
}
