//! How a private server's data directory is initialised.

/// Flags of `initdb`, beside those for the locale's character classes.
///
/// WAL segments of 1 MiB: the folder that is copied at every start is smaller with them. Text sorts by bytes, the same on every
/// machine.
pub(crate) const INITDB_FLAGS: [&str; 6] = [
    "--username=postgres",
    "--auth=trust",
    "--encoding=UTF8",
    "--no-sync",
    "--wal-segsize=1",
    "--lc-collate=C",
];
