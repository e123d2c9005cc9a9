//! Bytes as hexadecimal digits.

use std::fmt::Write;

/// Hexadecimal digits, as the ledger has them.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
}
