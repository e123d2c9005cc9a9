//! The three kinds of seeds, by the ending of their names.

/// What a seed is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    Sql,
    Toml,
    Csv,
}

impl Ending {
    /// What begins a comment.
    pub(super) fn comment_sign(self) -> &'static str {
        match self {
            Self::Sql => "--",
            Self::Toml | Self::Csv => "#",
        }
    }
}
