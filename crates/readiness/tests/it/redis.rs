//! Against a real Redis: what is healthy, that nothing is fatal, and that only one prefix is ever cleared.

use std::{
    process::{Child, Command, Stdio},
    time::Duration,
};

use diagnostic::Explain;
use readiness::{
    Backoff, Level, Prefix, RedisError, RedisFacts, RedisHealth, Target, clear_redis, redis_health, wait,
};

use super::{
    fake::{Fake, Manner},
    server::free_port,
};

const LIMIT: Duration = Duration::from_secs(10);

struct Redis {
    child: Child,
    port: u16,
    _dir: tempfile::TempDir,
}

impl Redis {
    async fn start() -> Self {
        let (port, dir) = (free_port(), tempfile::tempdir().unwrap());
        let child = Command::new("redis-server")
            .args([
                "--bind",
                "127.0.0.1",
                "--save",
                "",
                "--appendonly",
                "no",
                "--maxmemory",
                "64mb",
            ])
            .args(["--port", &port.to_string()])
            .arg("--dir")
            .arg(dir.path())
            .stdout(Stdio::null())
            .spawn()
            .expect("`redis-server` starts; install it: `apt-get install redis-server`");
        let redis = Self {
            child,
            port,
            _dir: dir,
        };
        let target = Target::tcp("127.0.0.1", port);
        wait(&target, Level::Tcp, &Backoff::local(), &mut |_| ())
            .await
            .unwrap();
        redis
    }

    fn url(&self) -> String {
        format!("redis://127.0.0.1:{}/0", self.port)
    }

    async fn connect(&self) -> redis::aio::MultiplexedConnection {
        redis::Client::open(self.url())
            .unwrap()
            .get_multiplexed_async_connection()
            .await
            .unwrap()
    }

    /// So many keys under a prefix that is taken as it is.
    async fn fill(&self, prefix: &str, count: usize) {
        let mut conn = self.connect().await;
        let mut command = redis::cmd("MSET");
        for number in 0..count {
            command.arg(format!("{prefix}{number}")).arg("x");
        }
        command.query_async::<()>(&mut conn).await.unwrap();
    }

    async fn size(&self) -> usize {
        redis::cmd("DBSIZE")
            .query_async(&mut self.connect().await)
            .await
            .unwrap()
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn prefix(text: &str) -> Prefix {
    text.parse().unwrap()
}

async fn facts(redis: &Redis, of: &str) -> RedisFacts {
    match redis_health(&redis.url(), &prefix(of), LIMIT).await {
        RedisHealth::Healthy(facts) => facts,
        RedisHealth::Degraded { why } => panic!("{why}"),
    }
}

#[tokio::test]
async fn a_healthy_redis_is_counted_by_prefix_and_left_as_it_was() {
    let redis = Redis::start().await;
    redis.fill("stg:", 1300).await;
    redis.fill("prod:", 7).await;
    let stg = facts(&redis, "stg:").await;
    assert_eq!(
        (
            stg.keys,
            facts(&redis, "prod:").await.keys,
            facts(&redis, "dev:").await.keys
        ),
        (1300, 7, 0)
    );
    assert_eq!(stg.max_memory, Some(64 << 20));
    assert!(stg.used_memory > 100_000 && !stg.version.is_empty(), "{stg:?}");
    assert_eq!(redis.size().await, 1307);
}

#[tokio::test]
async fn clearing_takes_the_prefix_of_its_word_and_nothing_else() {
    let redis = Redis::start().await;
    for (prefix, count) in [
        ("stg:", 1300),
        ("prod:", 7),
        ("stg2:", 5),
        ("stgx", 3),
        ("x:stg:", 2),
    ] {
        redis.fill(prefix, count).await;
    }
    for word in ["", "yes", "CLEAR", "CLEAR prod:", "clear stg:", "CLEAR stg"] {
        let error = clear_redis(&redis.url(), &prefix("stg:"), word, LIMIT)
            .await
            .unwrap_err();
        assert!(matches!(error, RedisError::NotConfirmed { .. }), "{word}");
        assert_eq!(error.hints(), ["to clear it, the word is `CLEAR stg:`"]);
    }
    assert_eq!(redis.size().await, 1317);
    let deleted = clear_redis(&redis.url(), &prefix("stg:"), "CLEAR stg:", LIMIT)
        .await
        .unwrap();
    assert_eq!((deleted, redis.size().await), (1300, 17));
    assert_eq!(
        clear_redis(&redis.url(), &prefix("stg:"), "CLEAR stg:", LIMIT)
            .await
            .unwrap(),
        0
    );
}

#[tokio::test]
async fn whatever_is_wrong_with_redis_is_told_and_never_fatal() {
    let silent = Fake::start(Manner::Silent).await;
    let web = Fake::start(Manner::Http).await;
    let password = Redis::start().await;
    let mut conn = password.connect().await;
    redis::cmd("CONFIG")
        .arg("SET")
        .arg("requirepass")
        .arg("x")
        .query_async::<()>(&mut conn)
        .await
        .unwrap();
    let full = Redis::start().await;
    let mut conn = full.connect().await;
    redis::cmd("CONFIG")
        .arg("SET")
        .arg("maxmemory")
        .arg("1")
        .query_async::<()>(&mut conn)
        .await
        .unwrap();
    for url in [
        format!("redis://127.0.0.1:{}", free_port()),
        format!("redis://127.0.0.1:{}", silent.port),
        format!("redis://127.0.0.1:{}", web.port),
        "redis://no-such-host.invalid".to_owned(),
        "not a URL".to_owned(),
        password.url(),
        full.url(),
    ] {
        let health = redis_health(&url, &prefix("stg:"), Duration::from_secs(2)).await;
        let RedisHealth::Degraded { why } = health else {
            panic!("{url}: {health:?}")
        };
        println!("{why}");
        assert!(!why.is_empty());
    }
}
