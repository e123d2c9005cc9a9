//! Names of throw-away databases and folders, and passwords.

use std::{
    fs::File,
    io::Read,
    process,
    sync::atomic::{AtomicU32, Ordering},
    time::{SystemTime, UNIX_EPOCH},
};

use crate::Error;

/// Letters, digits and `_` that no other process and no other call has.
pub(crate) fn unique() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    // The process number alone comes round again; the time in microseconds does not.
    format!("{:x}_{:x}_{number}", process::id(), since.as_micros())
}

/// A port is reachable for everyone on the machine, and the server's superuser may read its files.
pub(crate) fn password() -> Result<String, Error> {
    let random = "/dev/urandom";
    let mut bytes = [0; 16];
    File::open(random)
        .and_then(|mut file| file.read_exact(&mut bytes))
        .map_err(Error::io("read", random))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
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
