//! What a start did, as data.

use std::time::Duration;

use migration_core::ApplyReport;
use readiness::Ready;
use schema_contract::guard::GuardReport;

/// What a start did.
#[derive(Debug, Clone)]
pub struct StartReport {
    /// How the wait for the server ended, or for the schema where migrations are applied elsewhere.
    pub ready: Ready,
    /// What was applied; nothing where that happens elsewhere.
    pub migrated: Option<ApplyReport>,
    /// What the guard compared, if there is one.
    pub guard: Option<GuardReport>,
    /// How long the start took.
    pub took: Duration,
}
