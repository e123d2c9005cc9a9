//! One problem as data: everything a person or a program needs to understand and mend it.
//!
//! Left out on purpose: severity. What is reported here stopped something; hints and notes that stop nothing
//! are the business of whoever prints progress.

use serde::Serialize;

use crate::{Place, Redactor};

/// One problem: what, where, why, and how to mend it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Diagnostic {
    /// A stable name, `area/problem`, that scripts and tests may compare: `migration/edited`.
    pub code: &'static str,
    /// One sentence with a lower-case start and no full stop at its end.
    pub what: String,
    /// The file, line and column it is about, where there is one.
    #[serde(rename = "where", skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// Facts that belong to the problem, such as both sides of a comparison.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub facts: Vec<Fact>,
    /// The chain of causes, outermost first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub causes: Vec<String>,
    /// Why this is a problem at all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// Ways out. Commands in backticks run as they stand and lose no data outside a disposable database.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hints: Vec<String>,
}

/// A labelled fact of a [`Diagnostic`], printed as `label:  value`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fact {
    /// One or two words.
    pub label: String,
    /// The value, on one line.
    pub value: String,
}

impl Fact {
    /// A fact from its label and value.
    pub fn new(label: impl Into<String>, value: impl Into<String>) -> Self {
        Self {
            label: label.into(),
            value: value.into(),
        }
    }
}

impl Diagnostic {
    /// A diagnostic with nothing but its code and sentence; fill in the other fields as they are known.
    pub fn new(code: &'static str, what: impl Into<String>) -> Self {
        Self {
            code,
            what: what.into(),
            place: None,
            facts: Vec::new(),
            causes: Vec::new(),
            why: None,
            hints: Vec::new(),
        }
    }

    /// The same diagnostic with every text in it passed through the redactor.
    #[must_use]
    pub fn redacted(mut self, redactor: &Redactor) -> Self {
        let scrub = |text: &mut String| *text = redactor.scrub(text);
        scrub(&mut self.what);
        self.why.as_mut().map(scrub);
        self.causes.iter_mut().chain(&mut self.hints).for_each(scrub);
        self.facts.iter_mut().for_each(|fact| scrub(&mut fact.value));
        if let Some(source) = self.place.as_mut().and_then(|place| place.source.as_mut()) {
            source.redact(redactor);
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn redaction_reaches_the_causes() {
        let mut diagnostic = Diagnostic::new("readiness/refused", "cannot connect");
        diagnostic.causes = vec!["refused by postgres://dev:hunter2@localhost/app".to_owned()];
        let diagnostic = diagnostic.redacted(&Redactor::default());
        assert_eq!(
            diagnostic.causes,
            ["refused by postgres://dev:[REDACTED]@localhost/app"]
        );
    }
}
