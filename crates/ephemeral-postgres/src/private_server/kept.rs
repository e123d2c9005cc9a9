//! A private server that outlives the run.

use std::time::Duration;

/// How long a private server runs after it was kept.
pub(crate) const KEPT_FOR: Duration = Duration::from_secs(24 * 60 * 60);

/// A server that outlives the run. Both fields are empty for a server that was not started here.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Kept {
    /// A command that stops it earlier.
    pub how_to_stop: Option<String>,
    /// How long it runs if nobody stops it.
    pub for_at_most: Option<Duration>,
}
