//! Whether one session goes on from file to file, or each file begins with one as it would be new.

/// What a file finds of what the files before it did to the session: settings, role, temporary tables, prepared statements, cursors,
/// `LISTEN`, the last values of sequences, advisory locks of the session.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Sessions {
    /// Nothing: each file finds what a deployment of that file alone would find, that is what a new session has.
    #[default]
    Isolated,
    /// All of it, as tools leave it that apply all files over one connection and reset nothing.
    ///
    /// What the runner writes between the files leaves the session as the file before left it, but for `lastval()`, since the ledger
    /// counts its rows with a sequence, and but for the encoding, which stays that of the connection.
    Kept,
}
