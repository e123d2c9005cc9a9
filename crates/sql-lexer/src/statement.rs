//! Where one statement lies in its text.

/// Where one statement lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Statement {
    /// Offset of its first byte in the text.
    pub start: usize,
    /// Offset behind its last byte, the semicolon left out.
    pub end: usize,
}
