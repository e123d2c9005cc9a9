//! What is wrong with a consumer's query.

use diagnostic::{Diagnostic, Fact, Place};
use serde::Serialize;

/// What is wrong with a consumer's query.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The consumer.
    pub consumer: String,
    /// The layer that found it.
    pub layer: Layer,
    /// Where the query stands, and where in it the fault is.
    #[serde(rename = "where")]
    pub place: Place,
    /// What is wrong.
    pub message: String,
    /// The server's code, where the server said so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sqlstate: Option<String>,
    /// What the server advises.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// The migration that broke it, where a replay was looked at: see [`crate::Culprit`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub migration: Option<String>,
}

/// How a fault was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Layer {
    /// The server could not prepare the query.
    Prepare,
    /// The server could not plan it, or the role may not run it.
    Plan,
    /// It is not what the consumer was compiled against.
    Described,
    /// It failed with example values.
    Run,
}

impl Layer {
    fn code(self) -> &'static str {
        match self {
            Self::Prepare => "query/broken",
            Self::Plan => "query/cannot-run",
            Self::Described => "query/changed",
            Self::Run => "query/fails",
        }
    }
}

impl Finding {
    /// The finding as a diagnostic that names the consumer.
    pub(crate) fn diagnostic(&self) -> Diagnostic {
        let mut facts = vec![Fact::new("consumer", &self.consumer)];
        facts.extend(self.migration.iter().map(|file| Fact::new("broken by", file)));
        facts.extend(self.sqlstate.iter().map(|state| Fact::new("sqlstate", state)));
        let mut hints: Vec<String> = self.hint.clone().into_iter().collect();
        hints.push("keep what the query needs until its consumer no longer sends it, then remove it in a later migration".to_owned());
        if self.layer == Layer::Described {
            hints.push(
                "or let the consumer follow first: `cargo sqlx prepare` in its own repository".to_owned(),
            );
        }
        Diagnostic {
            place: Some(self.place.clone()),
            facts,
            why: Some(format!(
                "`{}` sends this query to the database as it would be after the migrations",
                self.consumer
            )),
            hints,
            ..Diagnostic::new(self.layer.code(), self.message.clone())
        }
    }
}
