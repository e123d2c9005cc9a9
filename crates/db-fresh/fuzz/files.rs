//! An input as files.

/// Names and contents.
pub(crate) type Files = Vec<(String, Vec<u8>)>;
