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
    /// What the runner writes between the files is its own business: it leaves the session as the file before it left it.
    Kept,
}
