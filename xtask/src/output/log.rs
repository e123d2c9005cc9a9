//! Log lines as JSON, one object a line, for `--log json`.

use std::time::SystemTime;

use serde_json::{Map, Value, json};

/// How much is said. `LOG_LEVEL` sets it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum)]
pub(crate) enum Level {
    /// Only what stopped the command.
    Error,
    /// And what somebody should look at.
    Warn,
    /// And what happens.
    Info,
    /// And each attempt and each migration.
    Debug,
}

impl Level {
    fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warn => "warn",
            Self::Info => "info",
            Self::Debug => "debug",
        }
    }
}

/// One line: `timestamp` in RFC 3339 with milliseconds, `level`, `message`, then the facts.
pub(super) fn line(level: Level, message: &str, facts: Value) -> String {
    let mut object = Map::new();
    object.insert(
        "timestamp".into(),
        json!(humantime::format_rfc3339_millis(SystemTime::now()).to_string()),
    );
    object.insert("level".into(), json!(level.name()));
    object.insert("message".into(), json!(message));
    if let Value::Object(facts) = facts {
        object.extend(facts);
    }
    Value::Object(object).to_string()
}
