//! Names of throw-away databases and folders, and passwords.

use std::{
    fs::File,
    io::Read,
    process,
    sync::atomic::{AtomicU32, Ordering},
    time::{SystemTime, UNIX_EPOCH},
};

use crate::Error;

/// A number that no other call in this process has.
pub(crate) fn number() -> u32 {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// Letters, digits and `_` that no other process and no other call has.
pub(crate) fn unique() -> String {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    // The process number alone comes round again; the time in microseconds does not.
    format!("{:x}_{:x}_{}", process::id(), since.as_micros(), number())
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

/// What may stand in a database's name of the caller's hint: a name has 63 bytes, and what makes it unique needs the most of them.
pub(crate) fn plain(hint: &str) -> String {
    let plain = |c: char| {
        if c.is_ascii_alphanumeric() {
            c.to_ascii_lowercase()
        } else {
            '_'
        }
    };
    hint.chars().take(16).map(plain).collect()
}
