//! What is wrong in the body of a routine.

use diagnostic::{Diagnostic, Fact};
use serde::Serialize;

/// A statement of a body that would fail.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct BodyFault {
    /// The routine, as `public.total(bigint)`.
    pub routine: String,
    /// The line of its body, counted from 1.
    pub line: Option<i32>,
    /// What is wrong.
    pub message: String,
    /// The server's code.
    pub sqlstate: String,
    /// The migration that broke it, where a replay was looked at: see [`crate::Culprit`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub migration: Option<String>,
}

impl BodyFault {
    /// The fault as a diagnostic.
    pub(crate) fn diagnostic(&self) -> Diagnostic {
        let mut facts = vec![Fact::new("sqlstate", &self.sqlstate)];
        facts.extend(
            self.line
                .map(|line| Fact::new("line of its body", line.to_string())),
        );
        facts.extend(self.migration.iter().map(|file| Fact::new("broken by", file)));
        let what = format!(
            "the body of `{}` no longer fits the schema: {}",
            self.routine, self.message
        );
        Diagnostic {
            facts,
            why: Some("the server looks at a body only when it runs".to_owned()),
            hints: vec![
                "replace the function in the migration that changes what it uses, or in a new one".to_owned(),
            ],
            ..Diagnostic::new("query/stale-body", what)
        }
    }
}
