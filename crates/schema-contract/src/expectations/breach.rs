//! One expectation that is not met.

use std::fmt;

use diagnostic::{Diagnostic, Fact, Place};
use serde::Serialize;

/// One expectation that is not met.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Breach {
    /// A stable name, as `expectation/column-missing`.
    pub code: &'static str,
    /// What is not as expected, as `user_profiles.trust_level`.
    pub subject: String,
    /// What was expected.
    pub expected: String,
    /// What is there, if anything.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub found: Option<String>,
    /// The line of the file that expects it, counted from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// The migration that made it so, where a replay was looked at: see [`crate::Culprit`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub migration: Option<String>,
}

impl fmt::Display for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}: expected {}, found {}",
            self.subject,
            self.expected,
            self.found.as_deref().unwrap_or("nothing")
        )
    }
}

impl Breach {
    /// The breach as a diagnostic that names the consumer and its file.
    pub(crate) fn diagnostic(&self, consumer: &str, path: Option<&str>) -> Diagnostic {
        let mut facts = vec![
            Fact::new("expected", &self.expected),
            Fact::new("found", self.found.as_deref().unwrap_or("nothing")),
        ];
        facts.extend(self.migration.iter().map(|file| Fact::new("broken by", file)));
        Diagnostic {
            place: path.map(|path| Place {
                line: self.line,
                ..Place::file(path)
            }),
            facts,
            why: Some(format!("`{consumer}` depends on it")),
            hints: vec![
                "put it back in a migration of its own".to_owned(),
                format!("or agree with `{consumer}` first and change its expectations in the same commit"),
            ],
            ..Diagnostic::new(
                self.code,
                format!("`{}` is not what consumer `{consumer}` expects", self.subject),
            )
        }
    }
}
