//! The settings of a private server: fast, and unsafe for anything that should outlive a crash.

use crate::Config;

/// A setting of `postgresql.conf`, and why it is so here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Setting {
    /// Its name.
    pub name: &'static str,
    /// Its value, as SHOW prints it.
    pub value: &'static str,
    /// Why.
    pub why: &'static str,
}

const fn setting(name: &'static str, value: &'static str, why: &'static str) -> Setting {
    Setting { name, value, why }
}

/// Every setting that a private server is started with. What ALTER SYSTEM says about them has no effect there.
pub const SETTINGS: &[Setting] = &[
    setting("fsync", "off", "nothing here outlives a crash of the machine"),
    setting("synchronous_commit", "off", "as fsync"),
    setting("full_page_writes", "off", "as fsync"),
    setting(
        "wal_level",
        "minimal",
        "nobody replicates from it, and bulk loads write less",
    ),
    setting("max_wal_senders", "0", "wal_level minimal asks for it"),
    setting("checkpoint_timeout", "1h", "no run is that long"),
    setting(
        "autovacuum",
        "off",
        "its lock and its timing would make runs differ",
    ),
    setting(
        "jit",
        "off",
        "queries of tests are too short to be worth compiling",
    ),
    setting("max_connections", "200", "many tests at once share a server"),
    setting(
        "max_locks_per_transaction",
        "256",
        "some migrations make thousands of objects at once; four times as many take the start as long again",
    ),
    setting(
        "max_logical_replication_workers",
        "0",
        "nobody replicates from it",
    ),
    setting(
        "dynamic_shared_memory_type",
        "mmap",
        "in the server's own folder, with which it goes; elsewhere a session that is killed may leave some behind",
    ),
    setting(
        "default_transaction_read_only",
        "off",
        "an ALTER SYSTEM of a migration does not keep the rest of the run from writing",
    ),
    setting("TimeZone", "UTC", "the same everywhere"),
    setting("log_timezone", "UTC", "the same everywhere"),
    setting("lc_messages", "C", "errors are read by programs too"),
    setting(
        "log_min_error_statement",
        "panic",
        "a statement may hold a secret, and the log is kept with the server",
    ),
    setting(
        "log_min_messages",
        "log",
        "as log_min_error_statement: errors repeat values",
    ),
    setting("log_error_verbosity", "terse", "details repeat values"),
    setting("log_statement", "none", "as log_min_error_statement"),
    setting(
        "log_parameter_max_length_on_error",
        "0",
        "as log_min_error_statement",
    ),
];

/// The name and value of every setting that a server is started with: ours, then the caller's, which win.
pub(crate) fn in_force(config: &Config) -> impl Iterator<Item = (&str, &str)> {
    let ours = SETTINGS.iter().map(|setting| (setting.name, setting.value));
    let theirs = config.settings.iter();
    ours.chain(theirs.map(|(name, value)| (name.as_str(), value.as_str())))
}
