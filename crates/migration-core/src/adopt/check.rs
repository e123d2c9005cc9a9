//! How far the text of a migration that another tool applied could be checked.

/// How far the text of an applied migration could be checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Check {
    /// The tool's checksum is that of the file.
    Exact,
    /// It is that of the file with other line ends, or without its byte order mark.
    LineEnds,
    /// The tool's ledger only says how far it came.
    Assumed,
    /// The tool keeps no checksum, or none for this one.
    None,
    /// The tool keeps a checksum whose kind is not known here.
    Unknown,
}

impl Check {
    /// For people and for the audit.
    pub fn word(self) -> &'static str {
        match self {
            Self::Exact => "checksum agrees",
            Self::LineEnds => "checksum agrees but for line ends",
            Self::Assumed => "taken for applied by the ledger's mark",
            Self::None => "no checksum to compare",
            Self::Unknown => "a checksum of unknown kind",
        }
    }
}
