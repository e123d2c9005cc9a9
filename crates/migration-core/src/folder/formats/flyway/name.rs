//! The names of Flyway's files, taken apart; refinery's look alike.

use crate::Version;

/// A file name of Flyway's, taken apart.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::folder::formats) enum Parts {
    Versioned(Version, String),
    Undo(Version, String),
    Repeatable(String),
    /// A baseline or a callback.
    Special(&'static str),
}

pub(in crate::folder::formats) fn parts(name: &str) -> Option<Parts> {
    let stem = name.strip_suffix(".sql")?;
    if ["before", "after"].iter().any(|word| stem.starts_with(word)) {
        return Some(Parts::Special("it is a callback of Flyway"));
    }
    let (head, description) = stem.split_once("__")?;
    let mut letters = head.chars();
    let kind = letters.next()?;
    let version = letters.as_str();
    let description = description.to_owned();
    match kind {
        'R' if version.is_empty() => Some(Parts::Repeatable(description)),
        'V' => Some(Parts::Versioned(Version::number(version)?, description)),
        'U' => Some(Parts::Undo(Version::number(version)?, description)),
        'B' => Version::number(version)
            .map(|_| Parts::Special("it is a baseline, which stands for other migrations")),
        _ => None,
    }
}

/// Whether a name is one that Flyway and refinery share.
pub(in crate::folder) fn is_name(name: &str) -> bool {
    matches!(
        parts(name),
        Some(Parts::Versioned(..) | Parts::Repeatable(_) | Parts::Undo(..))
    )
}
