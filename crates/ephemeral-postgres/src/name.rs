//! Names of throw-away databases and folders.

use std::{
    process,
    sync::atomic::{AtomicU32, Ordering},
    time::{SystemTime, UNIX_EPOCH},
};

/// Letters, digits and `_` that no other process and no other call has.
pub(crate) fn unique() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    // The process number alone comes round again; the time in microseconds does not.
    format!("{:x}_{:x}_{number}", process::id(), since.as_micros())
}

/// What may stand in a database's name of the caller's hint.
pub(crate) fn plain(hint: &str) -> String {
    let plain = |c: char| {
        if c.is_ascii_alphanumeric() {
            c.to_ascii_lowercase()
        } else {
            '_'
        }
    };
    hint.chars().take(24).map(plain).collect()
}
