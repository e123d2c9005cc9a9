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
    pub(crate) fn name(self) -> &'static str {
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
        for (name, value) in facts {
            // The three above mean the same in every line, whatever a fact is called.
            object.entry(name).or_insert(value);
        }
    }
    Value::Object(object).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fact_does_not_take_the_place_of_the_level() {
        let line = line(Level::Warn, "met", json!({ "level": "schema", "attempt": 2 }));
        let line: Value = serde_json::from_str(&line).unwrap();
        assert_eq!((&line["level"], &line["attempt"]), (&json!("warn"), &json!(2)));
    }
}
