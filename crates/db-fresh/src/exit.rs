//! The exit codes: part of the public interface, listed in the README and in `--help`.

use std::process::ExitCode;

/// Why the process ends. The numbers never change meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    Other = 1,
    Readiness = 2,
    Migration = 3,
    Preflight = 4,
    Contract = 5,
    Seeding = 6,
    Usage = 64,
    NotInstalled = 127,
    Interrupted = 130,
}

impl Exit {
    /// The number the process ends with.
    pub(crate) fn code(self) -> u8 {
        self as u8
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

/// The table under `db-fresh --help`.
pub const TABLE: &str = "\
Exit codes:
  0    success
  1    any other failure, or a confirmation that was declined
  2    readiness failed
  3    migration failed, or the folder or the ledger is not fit to run
  4    preflight refused
  5    contract broken, drift found, or the version guard refused
  6    seeding failed
  64   wrong usage, or a confirmation that is missing
  127  something this needs is not installed
  130  interrupted by Ctrl-C";
