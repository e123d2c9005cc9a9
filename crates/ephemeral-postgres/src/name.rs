//! Unique names for databases and folders, and random passwords.

use std::{
    fs::File,
    io::Read,
    process,
    sync::atomic::{AtomicU32, Ordering},
    time::{SystemTime, UNIX_EPOCH},
};

use crate::Error;

/// A number that no other call in this process has.
fn number() -> u32 {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// The name with a number behind it that no other call in this process has.
pub(crate) fn numbered(name: &str) -> String {
    format!("{name}_{}", number())
}

/// Letters, digits and `_`; no other call and no other process has the same.
pub(crate) fn unique() -> String {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    // A process number is used again; together with the time in microseconds it is not.
    format!("{:x}_{:x}_{}", process::id(), since.as_micros(), number())
}

/// A random password of 32 hexadecimal digits. Everybody on the machine can reach a port, and a superuser may read the server's files.
pub(crate) fn password() -> Result<String, Error> {
    let random = "/dev/urandom";
    let mut bytes = [0; 16];
    File::open(random)
        .and_then(|mut file| file.read_exact(&mut bytes))
        .map_err(Error::io("read", random))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// The part of a caller's hint that goes into a database's name: a name has 63 bytes, and what makes it unique needs most of them.
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
