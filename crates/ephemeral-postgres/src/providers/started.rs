//! What a provider gives.

use sqlx::postgres::PgConnectOptions;

/// A server that answers.
#[derive(Debug)]
pub(crate) struct Started<S> {
    /// The provider's own part: it stops the server, or leaves it running.
    pub(crate) server: S,
    /// How to reach its maintenance database.
    pub(crate) options: PgConnectOptions,
    /// Its version, such as `15.18`.
    pub(crate) version: String,
}

impl<S> Started<S> {
    /// The same server as a value of another type.
    pub(crate) fn map<T>(self, into: impl FnOnce(S) -> T) -> Started<T> {
        Started {
            server: into(self.server),
            options: self.options,
            version: self.version,
        }
    }
}
