//! The prefix of the keys that an environment owns in a Redis.

use std::{fmt, str::FromStr};

use serde::Serialize;

use crate::RedisError;

/// The prefix of an environment's keys: names of letters, digits, `-` and `_`, each with a colon behind it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Prefix(String);

impl FromStr for Prefix {
    type Err = RedisError;

    /// Without its colon `prod` would be a prefix of `production:` too, and an empty one is a prefix of everything.
    fn from_str(text: &str) -> Result<Self, RedisError> {
        let is_name = |name: &str| {
            !name.is_empty()
                && name
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
        };
        let names = text
            .strip_suffix(':')
            .ok_or_else(|| RedisError::BadPrefix(text.to_owned()))?;
        if !names.split(':').all(is_name) {
            return Err(RedisError::BadPrefix(text.to_owned()));
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for Prefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Prefix {
    /// The prefix as text.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// What has to be typed to clear this prefix: it names it, so that a word for one environment clears no other.
    pub fn clearing_word(&self) -> String {
        format!("CLEAR {}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_is_one_environment_and_never_a_pattern() {
        for good in ["stg:", "prod:", "bot:stg:", "team-1:dev_2:"] {
            assert_eq!(good.parse::<Prefix>().unwrap().to_string(), good);
        }
        for bad in [
            "", ":", "*", "*:", "prod", "prod*:", "p?od:", "[a]:", "a::", "::", " :", "prod:\n", "a\\:",
        ] {
            assert!(bad.parse::<Prefix>().is_err(), "{bad:?}");
        }
    }
}
