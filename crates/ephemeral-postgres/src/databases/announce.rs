//! Telling the person who runs a test that failed how to reach its database. Nothing else in this crate prints.
//!
//! The database is a value of the test, and when it is dropped during a panic there is no caller left to return this to; all that the
//! person gets to see of a failed test is its output. So it goes there, by the macro, which a test harness captures: cargo's own and
//! nextest show it below the panic, and not where other tests print. Programs that run tests get the same as data, from
//! [`crate::Server::kept_by_tests`].

use super::kept::KeptDatabase;

/// Prints one line: the test, how to reach its database, and, where the server is this process's own, how to stop it.
#[expect(
    clippy::print_stderr,
    reason = "the output of a failed test is the only way to its database"
)]
pub(super) fn announce(kept: &KeptDatabase, how_to_stop: Option<&str>) {
    let KeptDatabase { test, url } = kept;
    let stop = how_to_stop
        .map(|command| format!("; stop its server with `{command}`"))
        .unwrap_or_default();
    eprintln!("the database of `{test}` is kept: psql '{url}'{stop}");
}
