//! Is the server up, may we write, is the schema there: typed answers, and backoff with jitter.
//!
//! "Healthy" and "ready" are not the same. A port answers, the temporary server of a container's first start
//! answers, the database is missing, the tables are missing. [`wait`] asks for a [`Level`], each more than the one
//! before; what stands in the way is a row of [`Class::ALL`], which says whether waiting can help.
//!
//! ```no_run
//! use readiness::{Backoff, Level, Target, wait};
//!
//! # async fn example(options: sqlx::postgres::PgConnectOptions) -> Result<(), readiness::Error> {
//! let target = Target::postgres(options);
//! let ready = wait(&target, Level::Writable, &Backoff::default(), &mut |attempt| {
//!     eprintln!("{}, next attempt in {:?}", attempt.seen.class.meaning, attempt.pause);
//! })
//! .await?;
//! assert!(ready.server_version.is_some());
//! # Ok(()) }
//! ```
//!
//! With the feature `redis`, a Redis is looked at by `redis_health`, which never fails, and cleared by prefix with `clear_redis`.
//!
//! Left out on purpose: starting servers, migrating, printing, exit codes. What schema and seeded mean is the
//! caller's to say, in an [`Expectation`].

mod backoff;
mod class;
mod error;
mod expectation;
mod greeting;
mod level;
mod probe;
#[cfg(feature = "redis")]
mod redis_error;
#[cfg(feature = "redis")]
mod redis_health;
#[cfg(feature = "redis")]
mod redis_prefix;
mod schedule;
mod seen;
mod target;
mod wait;

pub use backoff::{Backoff, Delays};
pub use class::{Class, Verdict};
pub use error::{Error, LastSeen};
pub use expectation::{Expectation, Finding, Look, Reason};
pub use level::{Level, UnknownLevel};
#[cfg(feature = "redis")]
pub use redis_error::RedisError;
#[cfg(feature = "redis")]
pub use redis_health::{RedisFacts, RedisHealth, clear_redis, redis_health};
#[cfg(feature = "redis")]
pub use redis_prefix::Prefix;
pub use schedule::Limit;
pub use seen::Seen;
pub use target::Target;
pub use wait::{Attempt, Ready, wait};
