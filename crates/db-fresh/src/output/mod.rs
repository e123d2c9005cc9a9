//! Everything that is printed. Data goes to stdout, all else to stderr.

mod console;
mod duration;
mod folder;
mod log;
mod progress;
mod proof;
mod run;
mod usage;
mod usage_error;

pub(crate) use console::{Console, Outcome, Speech};
pub(crate) use duration::short;
pub(crate) use folder::{down_problems, left_out};
pub(crate) use log::Level;
pub(crate) use progress::Progress;
pub(crate) use proof::{Ending, print_proof};
pub(crate) use run::tell;
pub use usage::parse;
pub(crate) use usage::{ended_by, fatal, refuse};
