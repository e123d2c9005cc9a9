//! The exit codes: part of the public interface, listed in the README and in `--help`. Which error leads to which is in `error.rs`.

use std::process::ExitCode;

/// Why the process ends. The numbers never change meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Exit {
    /// Any failure that has no code of its own, or a confirmation that was declined.
    Other = 1,
    /// The database is not ready, or cannot be reached.
    Readiness = 2,
    /// A migration failed, or the folder or the ledger is not fit to run.
    Migration = 3,
    /// The preflight checks refused.
    Preflight = 4,
    /// A contract is broken, a database has drifted, or the version guard refused.
    Contract = 5,
    /// Seeding failed.
    Seeding = 6,
    /// Wrong usage, or a confirmation that is missing.
    Usage = 64,
    /// Something that is needed is not installed.
    NotInstalled = 127,
    /// Ended by SIGHUP.
    HungUp = 129,
    /// Interrupted by SIGINT, which is Ctrl-C.
    Interrupted = 130,
    /// Ended by SIGTERM.
    Terminated = 143,
}

impl Exit {
    /// The number the process ends with.
    pub fn code(self) -> u8 {
        self as u8
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

#[cfg(feature = "cli")]
/// The table under `db-fresh --help`.
pub const TABLE: &str = "\
Exit codes:
  0    success
  1    any other failure, such as output that cannot be written, or a confirmation that was declined
  2    readiness failed
  3    migration failed, or the folder or the ledger is not fit to run
  4    preflight refused
  5    contract broken, drift found, or the version guard refused
  6    seeding failed
  64   wrong usage, or a confirmation that is missing
  127  something this needs is not installed
  129  ended by SIGHUP
  130  ended by SIGINT (Ctrl-C)
  143  ended by SIGTERM";
