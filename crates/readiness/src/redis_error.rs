//! What can go wrong with a Redis, and how to mend it.

use std::time::Duration;

use diagnostic::Explain;

/// What went wrong with a Redis. No variant holds its URL.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RedisError {
    /// Not a prefix that one environment can have for itself.
    #[error("`{0}` is not a prefix")]
    BadPrefix(String),
    /// The word was not typed, or was that of another environment.
    #[error("clearing the keys of `{prefix}` was not confirmed")]
    NotConfirmed {
        /// The prefix that would have been cleared.
        prefix: String,
        /// The word that would have confirmed it.
        word: String,
    },
    /// The server did not do it.
    #[error("Redis did not do what it was asked")]
    Failed(#[source] redis::RedisError),
    /// The server did not answer in time.
    #[error("Redis did not answer within {} ms", limit.as_millis())]
    TimedOut {
        /// The time it had.
        limit: Duration,
    },
}

impl Explain for RedisError {
    fn code(&self) -> &'static str {
        match self {
            Self::BadPrefix(_) => "readiness/redis-prefix",
            Self::NotConfirmed { .. } => "readiness/redis-not-confirmed",
            Self::Failed(_) => "readiness/redis-failed",
            Self::TimedOut { .. } => "readiness/redis-timed-out",
        }
    }

    fn why(&self) -> Option<String> {
        let why = match self {
            Self::BadPrefix(_) => {
                "a prefix that is empty, a pattern, or without its colon would fit other environments' keys"
            }
            Self::NotConfirmed { .. } => "cleared keys do not come back; nothing was touched",
            Self::Failed(_) | Self::TimedOut { .. } => return None,
        };
        Some(why.to_owned())
    }

    fn hints(&self) -> Vec<String> {
        vec![match self {
            Self::BadPrefix(_) => "give a name and a colon, such as `stg:`".to_owned(),
            Self::NotConfirmed { word, .. } => format!("to clear it, the word is `{word}`"),
            Self::Failed(_) | Self::TimedOut { .. } => "check the URL and whether the server runs".to_owned(),
        }]
    }
}
