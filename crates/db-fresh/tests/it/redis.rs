//! `redis-health` on a real Redis: told, never fatal unless asked, and one prefix at a time.

use std::{
    net::TcpListener,
    process::{Child, Command, Stdio},
};

use readiness::{Backoff, Level, Target};
use serde_json::Value;

use crate::{
    recorded,
    reference::{Ended, runtime, xtask},
};

const PASSWORD: &str = "hunter2";

struct Redis {
    child: Child,
    port: u16,
    _folder: tempfile::TempDir,
}

impl Redis {
    fn start() -> Self {
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let folder = tempfile::tempdir().unwrap();
        let child = Command::new("redis-server")
            .args(["--bind", "127.0.0.1", "--save", "", "--requirepass", PASSWORD])
            .args(["--port", &port.to_string()])
            .arg("--dir")
            .arg(folder.path())
            .stdout(Stdio::null())
            .spawn()
            .expect("`redis-server` starts; install it: `apt-get install redis-server`");
        let waiting = async {
            let target = Target::tcp("127.0.0.1", port);
            readiness::wait(&target, Level::Tcp, &Backoff::local(), &mut |_| ()).await
        };
        runtime().block_on(waiting).unwrap();
        Self {
            child,
            port,
            _folder: folder,
        }
    }

    fn cli(&self, arguments: &[&str]) -> String {
        let output = Command::new("redis-cli")
            .args([
                "-h",
                "127.0.0.1",
                "-p",
                &self.port.to_string(),
                "--no-auth-warning",
            ])
            .args(["-a", PASSWORD])
            .args(arguments)
            .output()
            .unwrap();
        assert!(output.status.success());
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    fn health(&self, arguments: &[&str]) -> Ended {
        let mut command = xtask(&["redis-health"]);
        command
            .args(arguments)
            .env(
                "REDIS_URL",
                format!("redis://:{PASSWORD}@127.0.0.1:{}/0", self.port),
            )
            .env("REDIS_PREFIX", "stg:");
        let ended = Ended::of(&command.output().unwrap());
        assert!(!ended.stdout.contains(PASSWORD) && !ended.stderr.contains(PASSWORD));
        ended
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn keys_are_counted_and_cleared_by_the_words_and_the_prefix_alone() {
    let redis = Redis::start();
    for key in ["stg:a", "stg:b", "prod:a", "stage:a", "stg"] {
        redis.cli(&["SET", key, "1"]);
    }
    let ended = redis.health(&["--json"]);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    let document: Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!(
        (&document["status"], &document["keys"], &document["prefix"]),
        (&"healthy".into(), &2.into(), &"stg:".into())
    );
    assert!(document["used_memory"].as_u64().unwrap() > 0);
    assert_eq!(redis.cli(&["DBSIZE"]), "5", "the probe key is gone");

    for words in ["", "yes", "CLEAR", "clear stg:", "CLEAR prod:", "CLEAR *"] {
        let ended = redis.health(&["--clear", words]);
        assert_eq!(ended.code, 64, "{words}: {}", ended.stderr);
        assert!(ended.stderr.contains("CLEAR stg:"), "{}", ended.stderr);
    }
    for prefix in ["", "*", "stg", "s*:", ":"] {
        let ended = redis.health(&["--prefix", prefix, "--clear", &format!("CLEAR {prefix}")]);
        assert_eq!(ended.code, 64, "{prefix}: {}", ended.stderr);
    }
    assert_eq!(redis.cli(&["DBSIZE"]), "5");
    let ended = redis.health(&["--clear", "CLEAR stg:"]);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    assert!(
        ended.stdout.starts_with("cleared 2 keys of stg:"),
        "{}",
        ended.stdout
    );
    let mut left: Vec<_> = redis.cli(&["KEYS", "*"]).lines().map(ToOwned::to_owned).collect();
    left.sort();
    assert_eq!(left, ["prod:a", "stage:a", "stg"]);
}

#[test]
fn its_document_has_the_keys_of_the_version_before() {
    recorded::document("redis-healthy", 0, &Redis::start().health(&["--json"]));
}

#[test]
fn memory_that_is_nearly_used_up_is_a_warning() {
    let redis = Redis::start();
    redis.cli(&["CONFIG", "SET", "maxmemory", "1100kb"]);
    redis.cli(&["CONFIG", "SET", "maxmemory-policy", "allkeys-lru"]);
    let ended = redis.health(&[]);
    assert_eq!(ended.code, 0);
    assert!(
        ended.stderr.contains("nearly used up its memory"),
        "{}",
        ended.stderr
    );
}

#[test]
fn a_redis_that_is_gone_is_a_warning_unless_it_is_required() {
    let dead = {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        format!("redis://:hunter2@{}/0", listener.local_addr().unwrap())
    };
    let run = |arguments: &[&str], url: Option<&str>| {
        let mut command = xtask(&["redis-health", "--prefix", "stg:"]);
        command.args(arguments);
        if let Some(url) = url {
            command.env("REDIS_URL", url);
        }
        Ended::of(&command.output().unwrap())
    };
    for (arguments, code) in [([].as_slice(), 0), (&["--require"], 2)] {
        for url in [None, Some(dead.as_str()), Some("no url at all hunter2")] {
            let ended = run(arguments, url);
            assert_eq!(ended.code, code, "{url:?} {arguments:?}: {}", ended.stderr);
            assert!(ended.stdout.starts_with("degraded: "), "{}", ended.stdout);
            assert!(!ended.stdout.contains("hunter2") && !ended.stderr.contains("hunter2"));
        }
    }
    let ended = Ended::of(&xtask(&["redis-health"]).output().unwrap());
    assert_eq!(ended.code, 64, "no prefix is named: {}", ended.stderr);
}
