//! A Redis that an application can do without: its health is told and never fatal, and clearing it needs a word.
//!
//! An environment owns a prefix (`stg:`, `prod:`), and nothing here ever touches a key outside of the one that was
//! given. Left out on purpose: `KEYS` and `FLUSHDB`, which do not know prefixes.

use std::{future::Future, time::Duration};

use serde::Serialize;
use tokio::time::{Instant, timeout};

use crate::{Prefix, RedisError};

/// How many keys one `SCAN` looks at; small enough not to hold the server up.
const BATCH: usize = 500;

/// How a Redis is. There is no error: an application goes on without it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "status", rename_all = "lowercase")]
pub enum RedisHealth {
    /// It answers, and takes, gives and deletes a probe key.
    Healthy(RedisFacts),
    /// It does not, or not in time.
    Degraded {
        /// What is the case.
        why: String,
    },
}

/// What a healthy Redis tells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RedisFacts {
    /// The server's version.
    pub version: String,
    /// The time that setting, getting and deleting the probe key took together.
    pub probe: Duration,
    /// How many keys begin with the prefix.
    pub keys: u64,
    /// The memory in use, in bytes.
    pub used_memory: u64,
    /// The most it may use, in bytes; none where there is no limit.
    pub max_memory: Option<u64>,
}

/// Looks at a Redis: a probe key is set, read and deleted, the prefix's keys are counted by `SCAN`, memory is asked for.
pub async fn redis_health(url: &str, prefix: &Prefix, limit: Duration) -> RedisHealth {
    match bounded(limit, look(url, prefix)).await {
        Ok(facts) => RedisHealth::Healthy(facts),
        Err(error) => RedisHealth::Degraded { why: said(&error) },
    }
}

/// Deletes the keys of a prefix, by `SCAN` and `UNLINK`. The word must be the prefix's own [`Prefix::clearing_word`].
/// Gives how many keys were deleted.
///
/// # Errors
///
/// [`RedisError::NotConfirmed`] before anything is touched; [`RedisError::Failed`] or [`RedisError::TimedOut`]
/// when the server does not do it, some keys perhaps deleted.
pub async fn clear_redis(url: &str, prefix: &Prefix, word: &str, limit: Duration) -> Result<u64, RedisError> {
    if word != prefix.clearing_word() {
        return Err(RedisError::NotConfirmed {
            prefix: prefix.to_string(),
            word: prefix.clearing_word(),
        });
    }
    bounded(limit, async {
        let mut conn = connect(url).await?;
        let mut deleted = 0;
        let mut cursor = 0;
        loop {
            let keys;
            (cursor, keys) = scan(&mut conn, prefix, cursor).await?;
            if !keys.is_empty() {
                deleted += redis::cmd("UNLINK")
                    .arg(keys)
                    .query_async::<u64>(&mut conn)
                    .await?;
            }
            if cursor == 0 {
                return Ok(deleted);
            }
        }
    })
    .await
}

type Connection = redis::aio::MultiplexedConnection;

async fn connect(url: &str) -> Result<Connection, redis::RedisError> {
    redis::Client::open(url)?.get_multiplexed_async_connection().await
}

async fn look(url: &str, prefix: &Prefix) -> Result<RedisFacts, redis::RedisError> {
    let mut conn = connect(url).await?;
    let probe = probe(&mut conn, prefix).await?;
    let mut keys = 0;
    let mut cursor = 0;
    loop {
        let batch;
        (cursor, batch) = scan(&mut conn, prefix, cursor).await?;
        keys += u64::try_from(batch.len()).unwrap_or(u64::MAX);
        if cursor == 0 {
            break;
        }
    }
    let info: String = redis::cmd("INFO").query_async(&mut conn).await?;
    let number = |name: &str| {
        field(&info, name)
            .and_then(|value| value.parse().ok())
            .unwrap_or(0)
    };
    Ok(RedisFacts {
        version: field(&info, "redis_version").unwrap_or_default().to_owned(),
        probe,
        keys,
        used_memory: number("used_memory"),
        max_memory: Some(number("maxmemory")).filter(|limit| *limit > 0),
    })
}

/// The key is random, so that two looks at once do not delete each other's, and expires if this process dies.
async fn probe(conn: &mut Connection, prefix: &Prefix) -> Result<Duration, redis::RedisError> {
    let key = format!("{prefix}readiness-probe-{:016x}", rand::random::<u64>());
    let started = Instant::now();
    redis::cmd("SET")
        .arg(&key)
        .arg("1")
        .arg("EX")
        .arg(10)
        .query_async::<()>(conn)
        .await?;
    let value: Option<String> = redis::cmd("GET").arg(&key).query_async(conn).await?;
    let deleted: u64 = redis::cmd("DEL").arg(&key).query_async(conn).await?;
    if value.as_deref() != Some("1") || deleted != 1 {
        return Err((
            redis::ErrorKind::UnexpectedReturnType,
            "the probe key did not come back",
        )
            .into());
    }
    Ok(started.elapsed())
}

/// A prefix holds no character that a pattern gives a meaning to; keys are looked at once more all the same.
async fn scan(
    conn: &mut Connection,
    prefix: &Prefix,
    cursor: u64,
) -> Result<(u64, Vec<Vec<u8>>), redis::RedisError> {
    let mut command = redis::cmd("SCAN");
    command
        .arg(cursor)
        .arg("MATCH")
        .arg(format!("{prefix}*"))
        .arg("COUNT")
        .arg(BATCH);
    let (cursor, mut keys): (u64, Vec<Vec<u8>>) = command.query_async(conn).await?;
    keys.retain(|key| key.starts_with(prefix.as_str().as_bytes()));
    Ok((cursor, keys))
}

fn field<'i>(info: &'i str, name: &str) -> Option<&'i str> {
    info.lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))
        .map(str::trim)
}

async fn bounded<T>(
    limit: Duration,
    work: impl Future<Output = Result<T, redis::RedisError>>,
) -> Result<T, RedisError> {
    match timeout(limit, work).await {
        Ok(result) => result.map_err(RedisError::Failed),
        Err(_) => Err(RedisError::TimedOut { limit }),
    }
}

fn said(error: &RedisError) -> String {
    match error {
        // The driver shows the bytes of a foreign answer one line each; the first line says what is wrong.
        RedisError::Failed(source) => source.to_string().lines().next().unwrap_or_default().to_owned(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_found_by_its_whole_name() {
        let info = "used_memory_rss:2\r\nused_memory:1\r\nmaxmemory_policy:x\r\nmaxmemory:0\r\n";
        assert_eq!(
            (field(info, "used_memory"), field(info, "maxmemory")),
            (Some("1"), Some("0"))
        );
        assert_eq!(field(info, "redis_version"), None);
    }
}
