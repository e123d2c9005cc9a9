//! The JSON document of `db-fresh --json`. Its fields are a public interface.

use std::time::Duration;

use diagnostic::Diagnostic;
use serde::{Serialize, Serializer};
use serde_json::Value;

/// What a run found out, filled in step by step; what was not reached stays `null`.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Report {
    pub(crate) ok: bool,
    pub(crate) exit_code: u8,
    pub(crate) postgres: Option<Postgres>,
    pub(crate) migrations: Option<Migrations>,
    pub(crate) sessions: Option<Value>,
    pub(crate) schema: Option<Schema>,
    pub(crate) contract: Option<Value>,
    pub(crate) queries: Option<Value>,
    pub(crate) seeds: Option<Value>,
    pub(crate) rollback: Option<Value>,
    pub(crate) kept: Option<Kept>,
    pub(crate) errors: Vec<Diagnostic>,
    pub(crate) steps: Vec<Step>,
    #[serde(rename = "duration_ms", serialize_with = "millis")]
    pub(crate) duration: Duration,
}

/// The server that was used.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Postgres {
    pub(crate) provider: String,
    pub(crate) version: String,
    #[serde(rename = "ready_ms", serialize_with = "millis")]
    pub(crate) ready: Duration,
}

/// The migrations of all components.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Migrations {
    pub(crate) total: usize,
    pub(crate) applied: usize,
    pub(crate) skipped: Vec<Skipped>,
    pub(crate) items: Vec<Item>,
}

/// A migration that may not run in this environment.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Skipped {
    pub(crate) file: String,
    pub(crate) why: String,
}

/// A migration that ran.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Item {
    pub(crate) component: String,
    pub(crate) version: String,
    pub(crate) file: String,
    pub(crate) applied_at: String,
    #[serde(rename = "duration_ms", serialize_with = "millis")]
    pub(crate) duration: Duration,
    pub(crate) transactional: bool,
}

/// What lies in user schemas.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Schema {
    pub(crate) tables: usize,
    pub(crate) columns: usize,
    pub(crate) indexes: usize,
    pub(crate) constraints: usize,
    pub(crate) digest: String,
}

/// A database that outlives the run.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Kept {
    pub(crate) connect: String,
    pub(crate) stop: Option<String>,
    pub(crate) gone_after: Option<String>,
}

/// One step with its outcome.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Step {
    pub(crate) name: &'static str,
    pub(crate) outcome: &'static str,
    pub(crate) detail: String,
    #[serde(rename = "duration_ms", serialize_with = "millis")]
    pub(crate) duration: Duration,
}

/// Milliseconds with microseconds behind the point.
fn millis<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    let micros = (duration.as_secs_f64() * 1_000_000.0).round();
    serializer.serialize_f64(micros / 1000.0)
}
