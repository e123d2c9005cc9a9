//! What a probe of liveness or of the start answers. Takes no connection and no time.

use migration_core::RunStatus;
use serde::Serialize;

use super::Phase;

/// How far the start of a service is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Status {
    /// Where the start is.
    pub phase: Phase,
    /// Whether it is over, and the service can work.
    pub started: bool,
    /// How far the migrations are that this service applies.
    pub migrations: RunStatus,
}
