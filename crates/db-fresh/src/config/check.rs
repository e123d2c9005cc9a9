//! Checks of files that every command reads, for programs that write such files and for the fuzzer.

use std::path::Path;

use super::{load::parse, variables::Variables};
use crate::error::Error;

/// Checks the text of a `db-fresh.toml` as commands do before anything else; `name` is what errors call the file.
///
/// # Errors
/// [`Error::Config`] for what is wrong, each with its place in the text; [`Error::Several`] for more than one thing.
pub fn check_configuration(name: &str, text: &str) -> Result<(), Error> {
    parse(name, text).map(|config| {
        config.with_defaults(Path::new("").to_owned());
    })
}

/// Checks a file of environment variables as `--env` reads it. The environment stays as it is.
///
/// # Errors
/// [`Error::Config`] with the file; no line of the file is quoted.
pub fn check_env_file(path: &Path) -> Result<(), Error> {
    Variables::load(Some(path), &[]).map(|_| ())
}
